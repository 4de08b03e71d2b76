#include "tests/unit/presence/simulation/simulation.h"

#include "tests/unit/presence/simulation/scenarios.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>

namespace lumos::presence::simulation {
namespace {

class Simulation {
public:
    explicit Simulation(const Options& options)
        : options_(options),
          chance_(options.seed),
          pace_(pace_of(chance_, options.scenario)),
          servers_(options.scenario == Scenario::Flap ? 3 : chance_.number(2, 4)),
          bus_(events_, chance_),
          database_(events_),
          world_{events_, chance_, bus_, database_, pace_, options_.rules, {}},
          agents_(events_, chance_, bus_, pace_, servers_),
          failover_(world_, agents_, domains()),
          stage_{world_, agents_, failover_, replicas_, [this](const std::string& what) {
                     tell(what);
                 }} {
        database_.servers.resize(static_cast<std::size_t>(servers_) + 1);  // One has no agent yet.
        for (ServerRows& server : database_.servers) {
            server.added_at = bus_.clock.now();
        }
        watch();
    }

    Outcome run();

private:
    std::vector<std::vector<int>> domains();
    void watch();
    void start();
    void run_faults();
    void run_cut();
    void run_flaps();
    void run_end();

    void tell(const std::string& what);
    void violated(const std::string& what);
    void check_change(const Change& change);
    void check_status(const Change& change);
    void check_out(const Change& change);
    void check_back(const Change& change);
    void check_ready();
    void check_dns(const DnsChange& change);
    void check_end(const std::set<int>& ended);
    void check_latch(const std::set<int>& ended);
    [[nodiscard]] Moment slack() const { return stage_.unnoticed_steps + 1500ms; }

    Options options_;
    Events events_;
    Chance chance_;
    Pace pace_;
    int servers_;
    Bus bus_;
    Database database_;
    World world_;
    Agents agents_;
    Failover failover_;
    std::vector<std::unique_ptr<Replica>> replicas_;
    Stage stage_;

    const Truth nothing_known_;  // About the server that has no agent.
    Outcome outcome_;
    std::set<int> down_;
    std::map<int, Moment> gone_at_;  // By server: the beat of the round that called it offline.
    Moment listening_since_{};
    Moment silent_from_{};
    Moment last_beat_{};
    bool is_at_the_end_ = false;
};

std::vector<std::vector<int>> Simulation::domains() {
    std::vector<std::vector<int>> all;
    for (int domain = 0; domain < 2; ++domain) {
        std::vector<int>& order = all.emplace_back();
        for (int server = 0; server < servers_; ++server) {
            order.push_back((server + domain) % servers_);
        }
    }
    return all;
}

void Simulation::watch() {
    world_.watcher = {
        .changed = [this](const Change& change) { check_change(change); },
        .heard =
            [this](Moment beat_sent) {
                if (beat_sent - last_beat_ > 5s) {
                    silent_from_ = last_beat_;
                    listening_since_ = beat_sent;
                }
                last_beat_ = beat_sent;
            },
        .committed = [this] { check_ready(); },
        .request_server = [this](int server) { failover_.look_at_server(server); },
        .request_domain = [this](int domain) { failover_.look_at_domain(domain); }};
    failover_.on_change = [this](const DnsChange& change) { check_dns(change); };
    bus_.on_news = [this] {
        for (std::unique_ptr<Replica>& replica : replicas_) {
            replica->wake();
        }
    };
}

void Simulation::tell(const std::string& what) {
    char text[32];
    std::snprintf(text, sizeof text, "%9.3f s  ", static_cast<double>(events_.now().count()) / 1e6);
    outcome_.story.push_back(text + what);
}

void Simulation::violated(const std::string& what) {
    tell("VIOLATED " + what);
    outcome_.violations.push_back(outcome_.story.back());
}

// ---- what is held against the truth ----

void Simulation::check_change(const Change& change) {
    if (change.before.status != change.after.status ||
        change.before.fitness != change.after.fitness) {
        tell(
            "        server " + std::to_string(change.server) + " " +
            std::string(to_text(change.after.status)) + " " +
            std::string(to_text(change.after.fitness)) +
            (change.after.cause ? " by " + std::string(to_text(*change.after.cause)) : ""));
    }
    check_status(change);
    check_back(change);
    if (change.before.fitness != Fitness::Out && change.after.fitness == Fitness::Out) {
        check_out(change);
    }
    if (change.conflict_began && !agents_.truth(change.server % servers_).has_been_cloned) {
        violated("(j) identity_conflict of a server that was not cloned");
    }
    if (request_of(change.before, change.after)) {
        world_.watcher.request_server(change.server);
    }
}

void Simulation::check_status(const Change& change) {
    const std::string name = "server " + std::to_string(change.server);
    const bool is_ours = change.server < servers_;
    const Truth& truth = is_ours ? agents_.truth(change.server) : nothing_known_;
    if (change.before.status != Status::Offline && change.after.status == Status::Offline &&
        change.after.cause == Cause::Silence) {
        const std::optional<Moment> stored = truth.stored_before(last_beat_);
        const bool was_heard =
            stored && last_beat_ - *stored < pace_.limits.health_timeout - slack();
        if (was_heard) {
            violated("(a) " + name + " is offline by silence, but was heard");
        }
    }
    const Alert alert = alert_of(change.before, change.after);
    if (alert == Alert::Down) {
        ++outcome_.servers_down;
        if (!down_.insert(change.server).second) {
            violated("(h) " + name + " is down twice");
        }
        const Moment lately = 2 * pace_.limits.heartbeat_interval + 15s;
        // What was done while nobody listened is found afterwards.
        const bool is_found_late =
            truth.cut && *truth.cut >= silent_from_ && events_.now() - listening_since_ < lately;
        const bool is_real = truth.cut && (truth.unreachable_since || truth.is_failing ||
                                           is_found_late || events_.now() - *truth.cut < lately);
        // Where NATS keeps advisories to itself, a reconnect may look like an end.
        if (!is_real && !stage_.were_advisories_lost) {
            violated("(j) server_down of " + name + ", to which nothing was done");
        }
    }
    if (alert == Alert::Up && down_.erase(change.server) == 0) {
        violated("(h) " + name + " is up without having been down");
    }
}

void Simulation::check_out(const Change& change) {
    const std::string name = "server " + std::to_string(change.server);
    Moment needed{};
    if (change.after.said == Said::Stopping) {
        return;  // It said so itself.
    }
    if (change.after.cause == Cause::Silence) {
        needed = pace_.limits.health_timeout;
    } else if (change.after.cause == Cause::Disconnect) {
        needed = std::max<Moment>(2 * pace_.limits.heartbeat_interval, 5s);
    }
    if (needed > Moment{} && last_beat_ - listening_since_ < needed - slack()) {
        violated("(b) " + name + " is out, but nobody listened for long enough");
    }
}

void Simulation::check_back(const Change& change) {
    const bool was_offline = change.before.status == Status::Offline;
    const bool is_offline = change.after.status == Status::Offline;
    if (!was_offline && is_offline) {
        gone_at_[change.server] = last_beat_;
    }
    if (!was_offline || is_offline || change.server >= servers_) {
        return;
    }
    const std::optional<Moment> stored = agents_.truth(change.server).stored_before(events_.now());
    if (!stored || *stored < gone_at_[change.server]) {
        violated("(l) server " + std::to_string(change.server) + " is back, but did not speak");
    }
}

void Simulation::check_ready() {
    for (int server = 0; server < servers_; ++server) {
        const Truth& truth = agents_.truth(server);
        const std::optional<Moment> stored = truth.stored_before(last_beat_);
        const bool is_quiet =
            !stored || last_beat_ - *stored > 3 * pace_.limits.heartbeat_interval + slack();
        if (is_quiet && failover_.fitness(server) == Fitness::Ready) {
            violated("(d) server " + std::to_string(server) + " is ready, but was not heard");
        }
        const ServerPresence& row = database_.servers[static_cast<std::size_t>(server)].row;
        if (row.fitness == Fitness::Ready && row.status != Status::Online) {
            violated("(d) server " + std::to_string(server) + " is ready, but not online");
        }
    }
}

void Simulation::check_dns(const DnsChange& change) {
    ++outcome_.dns_changes;
    tell(
        "        DNS of domain " + std::to_string(change.domain) + ": " +
        std::to_string(change.from) + " -> " + std::to_string(change.to));
    const Truth& to = agents_.truth(change.to);
    // Heard 5 s ago, by a hearing that is 5 s old. (A clone keeps a dead one alive: that cannot be
    // known.)
    if (to.unreachable_since && !to.has_been_cloned &&
        change.decided - *to.unreachable_since > 10s + slack()) {
        violated("(f) DNS goes to server " + std::to_string(change.to) + ", which is dead");
    }
    const Truth& from = agents_.truth(change.from);
    const bool is_restore = change.to == failover_.order(change.domain).front();
    const bool is_real =
        from.cut && (from.unreachable_since || from.is_failing ||
                     events_.now() - *from.cut < 2 * pace_.limits.health_timeout + 30s);
    if (!is_restore && !is_real) {
        violated(
            "(k) DNS leaves server " + std::to_string(change.from) + ", to which nothing was done");
    }
    if (options_.scenario == Scenario::CutAll && !is_at_the_end_) {
        violated("(e) DNS moves after a cut that hit all");
    }
}

void Simulation::check_end(const std::set<int>& ended) {
    for (int server = 0; server < servers_; ++server) {
        const Fitness wanted = ended.contains(server) ? Fitness::Out : Fitness::Ready;
        const Fitness found = failover_.fitness(server);
        if (found != wanted) {
            violated(
                "(c) server " + std::to_string(server) + " is " + std::string(to_text(found)) +
                " at the end, not " + std::string(to_text(wanted)));
        }
    }
    for (int domain = 0; domain < failover_.domains(); ++domain) {
        const std::vector<int>& order = failover_.order(domain);
        const int published = failover_.published(domain);
        const bool is_somebody_alive = static_cast<int>(ended.size()) < servers_;
        const bool is_right = ended.contains(order.front())
                                  ? !ended.contains(published) || !is_somebody_alive
                                  : published == order.front();
        if (!is_right) {
            violated(
                "(g) DNS of domain " + std::to_string(domain) + " stands at server " +
                std::to_string(published));
        }
    }
}

// A break in hearing brings nobody back.
void Simulation::check_latch(const std::set<int>& ended) {
    for (std::unique_ptr<Replica>& replica : replicas_) {
        replica->stop_for(7s);
    }
    events_.run_until(events_.now() + 12s);
    for (const int server : ended) {
        if (failover_.fitness(server) != Fitness::Out) {
            violated("(c) server " + std::to_string(server) + " is not out any more");
        }
    }
}

// ---- the course of a run ----

void Simulation::start() {
    for (int id = 0; id < 3; ++id) {
        replicas_.push_back(std::make_unique<Replica>(world_, id));
    }
    replicas_[0]->start();
    replicas_[1]->start();
    failover_.start();
    for (int server = 0; server < servers_; ++server) {
        events_.after(chance_.time(0s, 2s), [this, server] { agents_.start(server); });
    }
    const Moment warm = pace_.limits.ready_hold + 2 * pace_.limits.heartbeat_interval + 5s;
    events_.run_until(warm);
    check_end({});
}

void Simulation::run_faults() {
    const Moment window = std::max<Moment>(3 * pace_.limits.health_timeout, 60s);
    const Moment end = events_.now() + window;
    const int faults = chance_.number(1, 8);
    for (int fault = 0; fault < faults; ++fault) {
        events_.after(chance_.time(0s, window), [this] { do_something(stage_); });
    }
    events_.run_until(end);
    heal(stage_);
    // Nothing that was planned to last longer may come after the healing.
    events_.run_until(events_.now() + pace_.limits.health_timeout * 3 / 2 + 1s);
    heal(stage_);
}

void Simulation::run_cut() {
    cut_all(stage_);
    const Moment most = 2 * pace_.limits.health_timeout + pace_.limits.disconnect_grace + 20s;
    events_.run_until(events_.now() + most + pace_.limits.health_timeout);
}

void Simulation::run_flaps() {
    for (int times = 0; times < 120; ++times) {
        flap(stage_);
        events_.run_until(events_.now() + 30s);
    }
    if (outcome_.dns_changes != 1) {
        violated("(i) DNS moved " + std::to_string(outcome_.dns_changes) + " times in an hour");
    }
}

// Some servers end for good; everything else works.
void Simulation::run_end() {
    is_at_the_end_ = true;
    std::set<int> ended;
    const Moment settled = pace_.limits.health_timeout + pace_.limits.ready_hold +
                           3 * pace_.limits.heartbeat_interval + 20s;
    events_.run_until(events_.now() + settled);
    check_end(ended);
    const Moment out_after_disconnect = std::max<Moment>(pace_.limits.disconnect_grace, 5s) + 3s;
    while (static_cast<int>(ended.size()) < servers_ && outcome_.violations.empty() &&
           chance_.says(0.7)) {
        const int server = chance_.number(0, servers_ - 1);
        if (!ended.insert(server).second) {
            continue;
        }
        const bool is_told = end_server(stage_, server);
        const Moment needed = is_told ? out_after_disconnect : pace_.limits.health_timeout + 5s;
        events_.run_until(events_.now() + needed + 1s);
        if (failover_.fitness(server) != Fitness::Out) {
            violated("(c) server " + std::to_string(server) + " is not out in time");
        }
        events_.run_until(events_.now() + 15s);
        check_end(ended);
    }
    check_latch(ended);
}

Outcome Simulation::run() {
    start();
    switch (options_.scenario) {
        case Scenario::Faults:
            run_faults();
            run_end();
            break;
        case Scenario::CutAll:
            run_cut();
            run_end();
            break;
        case Scenario::Comeback:
            come_back_and_go(stage_);
            break;
        case Scenario::Stalled:
            stall_over_new_streams(stage_);
            heal(stage_);
            run_end();
            break;
        case Scenario::Flap:
            run_flaps();
            break;
    }
    return std::move(outcome_);
}

}  // namespace

Outcome simulate(const Options& options) {
    return Simulation(options).run();
}

}  // namespace lumos::presence::simulation
