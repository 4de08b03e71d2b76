"""The sample that the quickstart and the drill show: one account, two shield servers, one domain."""
from .system import Lab

DOMAIN = "www.example.com"
PRIMARY, SECONDARY = "fra-1", "iad-1"
ADDRESSES = {PRIMARY: ("127.0.1.10", "Frankfurt 1", "eu"), SECONDARY: ("127.0.2.10", "Ashburn 1", "us")}


def set_up(lab: Lab):
    """Account, servers with HAProxy and agents, provider, zone, domain, channels; what is there already is kept."""
    marker = lab.folder / "sample.done"
    if marker.exists():
        _find_servers(lab)
        lab.add_shields()
        _start_agents(lab)
        return
    lab.make_token()
    lab.make_account()
    for name, (address, shown, region) in ADDRESSES.items():
        lab.add_server(name, address, shown, region)
    lab.add_shields()
    _start_agents(lab)
    lab.add_provider_and_zones()
    lab.add_domain(DOMAIN, [PRIMARY, SECONDARY])
    lab.add_channels()
    marker.touch()


def _find_servers(lab):
    from .system import Server
    for name, (address, shown, region) in ADDRESSES.items():
        lab.servers[name] = Server(name, address, shown, region, lab.folder / f"{name}.creds")


def _start_agents(lab):
    for name in ADDRESSES:
        lab.start_agent(name)
    lab.wait_server(*ADDRESSES)
