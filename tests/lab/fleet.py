"""Twenty domains in four zones on a handful of servers, everything healthy: what the outage and round scenarios run on."""
from .network import Namespace, Proxy
from .processes import wait_until
from .system import Lab

ZONES = ("alpha.example", "beta.example", "gamma.example", "delta.example")
PRIMARIES = ("p-1", "p-2", "p-3", "p-4")
SECONDARIES = ("s-1", "s-2")
# One more server with one more domain: it is the one that really dies.
VICTIM, VICTIM_DOMAIN = "victim-1", "victim.alpha.example"


class Fleet:
    """`road`: how agents reach NATS: direct, namespace (can be cut) or proxy (can be reset)."""

    def __init__(self, times, copies=3, domains=20, road="direct", binaries=None, folder=None):
        self.namespace = Namespace() if road == "namespace" else None
        host = self.namespace.near if self.namespace else "127.0.0.1"
        self.lab = Lab(times=times, zones=ZONES, host=host, binaries=binaries, folder=folder,
                       copies={kind: copies for kind in ("presence", "failover", "scheduler", "notifier")})
        self.road = road
        self.proxy = None
        self.domains = {}
        self.count = domains

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.lab.__exit__(*failure)
        if self.proxy:
            self.proxy.remove()
        if self.namespace:
            self.namespace.remove()

    def bring_up(self):
        lab = self.lab
        lab.start_infrastructure().start_workers()
        lab.make_token()
        lab.make_account()
        if self.road == "proxy":
            self.proxy = Proxy(lab.nats.host, lab.nats.port)
        names = (*PRIMARIES, *SECONDARIES, VICTIM)
        for number, name in enumerate(names):
            lab.add_server(name, f"198.51.100.{number + 1}")
            self.start_agent(name)
        lab.wait_server(*names)
        lab.add_provider_and_zones()
        lab.add_channels()
        for number in range(self.count):
            zone, primary = ZONES[number % len(ZONES)], PRIMARIES[number // 4 % len(PRIMARIES)]
            name = f"d{number:02}.{zone}"
            lab.add_domain(name, [primary, *SECONDARIES])
            self.domains[name] = primary
        lab.add_domain(VICTIM_DOMAIN, [VICTIM, *SECONDARIES])
        self.domains[VICTIM_DOMAIN] = VICTIM
        lab.wait_fitness(*names)
        self.wait_settled()
        return self

    def start_agent(self, name):
        prefix = self.namespace.prefix if self.namespace else ()
        self.lab.start_agent(name, url=self.proxy.url if self.proxy else None, prefix=prefix)

    def address(self, server):
        return self.lab.servers[server].address

    def published_wrong(self, expected):
        """Domains whose record is not where `expected` (domain → server) says, by the authoritative DNS server."""
        return {name: self.lab.published(name) for name, server in expected.items()
                if self.lab.published(name) != [self.address(server)]}

    def wait_published(self, expected, limit):
        wait_until(f"DNS as expected; it differs for {self.published_wrong(expected)}",
                   lambda: not self.published_wrong(expected), limit, every=0.3)

    def wait_settled(self, limit=60):
        """Nothing pending, nothing in doubt, no request waiting, nothing unpublished, no delivery due."""
        query = ("SELECT (SELECT count(*) FROM dns_changes WHERE state = 'pending') "
                 "+ (SELECT count(*) FROM domains WHERE doubt_until IS NOT NULL) + (SELECT count(*) FROM check_requests) "
                 "+ (SELECT count(*) FROM outbox WHERE published_at IS NULL) "
                 "+ (SELECT count(*) FROM deliveries WHERE state = 'pending')")
        wait_until("everything settled", lambda: self.lab.postgres.psql(query) == "0", limit, every=0.2)
