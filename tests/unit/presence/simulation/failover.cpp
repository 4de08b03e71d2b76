#include "tests/unit/presence/simulation/failover.h"

#include <algorithm>

namespace lumos::presence::simulation {
namespace {

constexpr Duration kHeardLately = 5s;
constexpr Duration kHearingMost = 10s;
constexpr Duration kCallAgain = 1s;
constexpr Duration kCallingAgain = 5s;

}  // namespace

Failover::Failover(World& world, Agents& agents, std::vector<std::vector<int>> domains)
    : world_(world),
      agents_(agents) {
    for (std::vector<int>& order : domains) {
        const int primary = order.front();
        domains_.push_back({.order = std::move(order), .published = primary});
    }
}

void Failover::start() {
    sweep();
}

int Failover::published(int domain) const {
    return at(domain).published;
}
const std::vector<int>& Failover::order(int domain) const {
    return at(domain).order;
}

const ServerPresence& Failover::row(int server) const {
    return world_.database.servers[static_cast<std::size_t>(server)].row;
}

const NodeHearing* Failover::node(int server) const {
    return row(server).node ? find_node(world_.database.nodes, *row(server).node) : nullptr;
}

Fitness Failover::fitness(int server) const {
    const NodeHearing* hearing = node(server);
    const ServerPresence& presence = row(server);
    if (hearing == nullptr ||
        !is_fresh(hearing->advanced_at, world_.database.clock.now(), kHearingMost) ||
        (presence.fitness == Fitness::Ready && presence.span != hearing->span)) {
        return Fitness::Unsure;
    }
    return presence.fitness;
}

bool Failover::is_heard_lately(int server) const {
    if (!world_.rules.target_heard_lately) {
        return true;
    }
    const NodeHearing* hearing = node(server);
    return hearing != nullptr && row(server).last_seen &&
           is_fresh(hearing->advanced_at, world_.database.clock.now(), kHeardLately) &&
           hearing->heard_until - *row(server).last_seen <= kHeardLately;
}

// ---- when a domain is looked at ----

void Failover::sweep() {
    for (int domain = 0; domain < domains(); ++domain) {
        if (at(domain).is_requested || world_.events.now() >= at(domain).due) {
            check(domain);
        }
    }
    world_.events.after(1s, [this] { sweep(); });
}

void Failover::look_at_server(int server) {
    for (int domain = 0; domain < domains(); ++domain) {
        const std::vector<int>& order = at(domain).order;
        if (std::ranges::find(order, server) != order.end()) {
            look_at_domain(domain);
        }
    }
}

void Failover::look_at_domain(int domain) {
    if (!at(domain).is_requested) {
        at(domain).is_requested = true;
        world_.events.after(world_.chance.time(3ms, 40ms), [this, domain] {
            if (at(domain).is_requested) {
                check(domain);
            }
        });
    }
}

// ---- the decision ----

Failover::Decision Failover::decide_for_out(int domain) const {
    const Domain& own = at(domain);
    const ServerPresence& left = row(own.published);
    Decision decision;
    std::optional<int> first_that_spoke;
    bool is_earlier_one_silent = false;
    for (const int server : own.order) {
        if (server == own.published || fitness(server) != Fitness::Ready) {
            continue;
        }
        decision.to_call.push_back(server);
        const bool spoke_since =
            !world_.rules.target_spoke_after_out || *row(server).last_seen > *left.out_at;
        const bool was_heard =
            own.heard_lately.empty()
                ? is_heard_lately(server)
                : is_heard_lately(server) || own.heard_lately[static_cast<std::size_t>(server)];
        if (spoke_since && was_heard && !first_that_spoke) {
            first_that_spoke = server;
        } else if (!first_that_spoke) {
            is_earlier_one_silent = true;
        }
    }
    const bool is_called_for_long =
        own.first_called_at && *own.first_called_at >= left.fitness_since &&
        !is_fresh(*own.first_called_at, world_.database.clock.now(), kCallAgain);
    if (first_that_spoke && (!is_earlier_one_silent || is_called_for_long)) {
        decision.target = first_that_spoke;
        decision.to_call.clear();
    } else {
        decision.is_calling = !decision.to_call.empty();
    }
    return decision;
}

Failover::Decision Failover::decide(int domain) const {
    const Domain& own = at(domain);
    const int primary = own.order.front();
    const ServerPresence& published = row(own.published);
    if (fitness(own.published) == Fitness::Out) {
        return decide_for_out(domain);
    }
    Decision decision{.is_interrupted = published.fitness == Fitness::Out};
    if (own.published != primary && fitness(primary) == Fitness::Ready) {
        if (is_heard_lately(primary)) {
            decision.target = primary;
        } else {
            decision.to_call = {primary};
            decision.is_calling = true;
        }
    } else if (published.status == Status::Offline && world_.rules.called_during_grace) {
        for (const int server : own.order) {
            if (server != own.published && fitness(server) == Fitness::Ready) {
                decision.to_call.push_back(server);
            }
        }
    }
    return decision;
}

// ---- acting on it ----

void Failover::check(int domain) {
    Domain& own = at(domain);
    own.is_requested = false;
    const bool can_work = world_.database.is_up && world_.events.now() >= paused_until_;
    if (own.is_busy || !can_work) {
        own.is_requested = true;
        return;
    }
    own.due = world_.events.now() + (world_.pace.limits.health_timeout / 4);
    own.heard_lately.clear();
    const Decision decision = decide(domain);
    if (!decision.target) {
        call(domain, decision);
        return;
    }
    own.decided = world_.events.now();
    for (int server = 0; server < agents_.servers(); ++server) {
        own.heard_lately.push_back(is_heard_lately(server));
    }
    own.is_busy = true;
    const Moment read_takes =
        world_.chance.says(0.1) ? world_.chance.time(1s, 8s) : world_.chance.time(20ms, 300ms);
    world_.events.after(read_takes, [this, domain] { decide_again(domain); });
}

void Failover::decide_again(int domain) {
    Domain& own = at(domain);
    const Decision decision = decide(domain);
    if (!decision.target || !world_.database.is_up) {
        own.is_busy = false;
        own.is_requested = true;
        return;
    }
    const int target = *decision.target;
    world_.events.after(world_.chance.time(10ms, 400ms), [this, domain, target] {
        Domain& written = at(domain);
        const DnsChange change{
            .domain = domain, .from = written.published, .to = target, .decided = written.decided};
        written.published = target;
        written.is_busy = false;
        written.called_at.reset();
        written.is_requested = true;
        on_change(change);
    });
}

void Failover::call(int domain, const Decision& decision) {
    Domain& own = at(domain);
    if (decision.is_interrupted) {
        own.due = world_.events.now() + 5s;
    }
    if (decision.to_call.empty()) {
        return;
    }
    const ServerPresence& published = row(own.published);
    const Time now = world_.database.clock.now();
    // A clock that was set back makes an age that says nothing: then it is time.
    const bool is_news = !own.called_at || now < *own.called_at ||
                         published.status_since > *own.called_at ||
                         published.fitness_since > *own.called_at;
    own.due = world_.events.now() + 1s;
    std::vector<int> called;
    for (const int server : decision.to_call) {
        const auto& waiting = world_.database.servers[static_cast<std::size_t>(server)].waiting;
        const bool is_unanswered = waiting.contains(domain);
        const bool is_time = is_news || now - *own.called_at >= kCallingAgain ||
                             (is_unanswered && now - *own.called_at >= kCallAgain);
        if (is_time && (is_news || is_unanswered || decision.is_calling)) {
            called.push_back(server);
        }
    }
    if (called.empty()) {
        return;
    }
    own.called_at = now;
    if (published.fitness == Fitness::Out &&
        (!own.first_called_at || *own.first_called_at < published.fitness_since)) {
        own.first_called_at = now;
    }
    for (const int server : called) {
        const NodeHearing* hearing = node(server);
        world_.database.servers[static_cast<std::size_t>(server)].waiting.try_emplace(
            domain, hearing->heard_until);
        world_.bus.arrive([this, server] { agents_.call(server); });
    }
}

}  // namespace lumos::presence::simulation
