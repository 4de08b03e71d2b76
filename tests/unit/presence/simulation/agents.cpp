#include "tests/unit/presence/simulation/agents.h"

#include <algorithm>
#include <utility>

namespace lumos::presence::simulation {
namespace {

constexpr Moment kReconnectFirst = 250ms;
constexpr Moment kConnectTimeout = 2s;
constexpr std::size_t kHeldMost = 8;

}  // namespace

Agents::Agents(Events& events, Chance& chance, Bus& bus, const Pace& pace, int servers)
    : events_(events),
      chance_(chance),
      bus_(bus),
      pace_(pace),
      truths_(static_cast<std::size_t>(servers)) {
    for (int server = 0; server < servers; ++server) {
        agents_.push_back({.server = server, .boot = next_boot_++});
    }
    bus_.on_closed = [this](std::int64_t client) { was_closed(client); };
}

// ---- the truth ----

void Agents::note(int server, bool is_cut) {
    Truth& truth = truths_[static_cast<std::size_t>(server)];
    const Agent& agent = own(server);
    const bool is_connected = agent.client && bus_.is_open(*agent.client);
    const bool is_reachable = agent.machine_is_up && agent.process_runs && !agent.is_stopped &&
                              !agent.link_is_cut && (!agent.is_refused || is_connected);
    if (is_cut) {
        truth.cut = events_.now();
    }
    if (is_reachable) {
        truth.unreachable_since.reset();
    } else if (!truth.unreachable_since) {
        truth.unreachable_since = events_.now();
    }
}

// ---- processes ----

void Agents::start(int server) {
    own(server).machine_is_up = true;
    own(server).crashes_at_connect = false;
    if (!own(server).process_runs) {
        start_process(static_cast<Index>(server));
        note(server, true);
    }
}

void Agents::start_process(Index index) {
    Agent& agent = agents_[index];
    if (agent.process_runs || !agent.machine_is_up) {
        return;
    }
    agent.process_runs = true;
    agent.is_stopped = false;
    agent.session = next_session_++;
    agent.mood = Said::Online;
    agent.attempts = 0;
    ++agent.life;
    if (!agent.is_clone) {
        truths_[static_cast<std::size_t>(agent.server)].is_failing = false;
    }
    connect_later(index);
}

void Agents::end_process(Index index, bool with_fin, const std::string& reason) {
    Agent& agent = agents_[index];
    agent.process_runs = false;
    agent.is_stopped = false;
    ++agent.life;
    agent.held.clear();
    if (!agent.client) {
        return;
    }
    if (with_fin && !agent.link_is_cut) {
        const std::int64_t client = *agent.client;
        events_.after(chance_.time(200us, 2ms), [this, client, reason] {
            bus_.arrive([this, client, reason] { bus_.close(client, reason); }, client);
        });
    } else {
        watch_dead_connection(index);
    }
    agent.client.reset();
}

void Agents::kill(int server) {
    end_process(
        static_cast<Index>(server), true, chance_.says(0.5) ? "Client Closed" : "Read Error");
    note(server, true);
}

void Agents::power_off(int server) {
    end_process(static_cast<Index>(server), false, "");
    own(server).machine_is_up = false;
    note(server, true);
}

void Agents::reboot(int server, Moment how_long) {
    const std::optional<std::int64_t> old = own(server).client;
    power_off(server);
    events_.after(how_long, [this, server, old] {
        if (own(server).process_runs) {
            return;
        }
        own(server).boot = next_boot_++;
        start(server);
        if (old && chance_.says(0.5)) {  // The new system answers the old connection with a reset.
            events_.after(chance_.time(0s, 10s), [this, old] {
                bus_.arrive([this, old] { bus_.close(*old, "Read Error"); }, *old);
            });
        }
    });
}

void Agents::say_goodbye(int server, Said how) {
    Agent& agent = own(server);
    if (!agent.process_runs || agent.is_stopped) {
        return;
    }
    note(server, true);
    agent.mood = how;
    beat(static_cast<Index>(server), how);
    const int life = agent.life;
    events_.after(chance_.time(4ms, 10ms), [this, server, life] {
        if (own(server).life == life) {
            end_process(static_cast<Index>(server), true, "Client Closed");
            note(server, true);
        }
    });
}

void Agents::say_goodbye_and_hang(int server) {
    note(server, true);
    own(server).mood = Said::Stopping;
    beat(static_cast<Index>(server), Said::Stopping);
    events_.after(4ms, [this, server] { stop(server); });
}

void Agents::crash_at_next_connect(int server) {
    own(server).crashes_at_connect = true;
    reset(server, "Client Closed");
}

void Agents::stop(int server) {
    Agent& agent = own(server);
    if (agent.process_runs && !agent.is_stopped) {
        agent.is_stopped = true;
        ++agent.silences;
        watch_dead_connection(static_cast<Index>(server));
        note(server, true);
    }
}

void Agents::go_on(int server) {
    Agent& agent = own(server);
    if (!agent.is_stopped) {
        return;
    }
    note(server, true);
    agent.is_stopped = false;
    ++agent.silences;
    const Index index = static_cast<Index>(server);
    if (agent.client && bus_.is_open(*agent.client)) {
        beat(index, agent.mood);
    } else {
        lost_connection(index);
    }
    note(server, false);
}

void Agents::say(int server, Said what) {
    Agent& agent = own(server);
    if (agent.mood != what) {
        agent.mood = what;
        truths_[static_cast<std::size_t>(server)].is_failing = what == Said::Error;
        if (what != Said::Online) {
            note(server, true);
        }
        beat(static_cast<Index>(server), what);
    }
}

void Agents::clone(int server) {
    truths_[static_cast<std::size_t>(server)].has_been_cloned = true;
    agents_.push_back(
        {.server = server, .is_clone = true, .machine_is_up = true, .boot = next_boot_++});
    start_process(agents_.size() - 1);
}

void Agents::end_clone(int server) {
    for (Index index = 0; index < agents_.size(); ++index) {
        if (agents_[index].server == server && agents_[index].is_clone) {
            end_process(index, true, "Client Closed");
            note(server, true);
        }
    }
}

// ---- connecting ----

void Agents::connect_later(Index index) {
    Agent& agent = agents_[index];
    const Moment most = std::chrono::duration_cast<Moment>(pace_.limits.heartbeat_interval) * 2 / 3;
    const Moment wait = std::min(kReconnectFirst * (1 << std::min(agent.attempts, 10)), most);
    ++agent.attempts;
    const int life = agent.life;
    events_.after(chance_.time(wait * 3 / 4, wait), [this, index, life] {
        if (agents_[index].life == life && agents_[index].process_runs) {
            connect(index);
        }
    });
}

void Agents::connect(Index index) {
    const Agent& agent = agents_[index];
    if (agent.is_stopped || agent.client) {
        return;  // It goes on when the process does.
    }
    const int life = agent.life;
    const auto when_answered = [this, index, life] {
        const Agent& now = agents_[index];
        if (now.life != life || now.client || now.is_stopped) {
            return;
        }
        if (bus_.is_up() && !now.link_is_cut && !now.is_refused) {
            connected(index);
        } else {
            connect_later(index);
        }
    };
    Moment answered = chance_.time(300us, 3ms);
    if (agent.link_is_cut) {
        answered = kConnectTimeout;
    } else if (bus_.is_frozen()) {
        // The kernel has accepted it; the server speaks when it is awake.
        answered =
            std::min(bus_.thaws_at() - events_.now() + chance_.time(300us, 5ms), kConnectTimeout);
    }
    events_.after(answered, when_answered);
}

void Agents::connected(Index index) {
    Agent& agent = agents_[index];
    agent.client = bus_.open(agent.server);
    agent.attempts = 0;
    ++agent.silences;
    if (!agent.is_clone) {
        note(agent.server, false);
    }
    if (agent.crashes_at_connect) {
        agent.crashes_at_connect = false;
        kill(agent.server);
        return;
    }
    beat(index, agent.mood);
    beat_regularly(index, agent.life, *agent.client);
}

void Agents::lost_connection(Index index) {
    Agent& agent = agents_[index];
    agent.client.reset();
    agent.held.clear();
    ++agent.silences;
    if (!agent.is_clone) {
        note(agent.server, false);
    }
    if (agent.process_runs && !agent.is_stopped) {
        connect_later(index);
    }
}

// ---- heartbeats ----

void Agents::beat(Index index, Said said, bool is_urgent) {
    const Agent& agent = agents_[index];
    if (!agent.process_runs || agent.is_stopped || !agent.client) {
        return;
    }
    send(
        index,
        {.server = agent.server,
         .through = {bus_.node(), *agent.client},
         .session = "s" + std::to_string(agent.session),
         .boot_id = "b" + std::to_string(agent.boot),
         .interval = pace_.limits.heartbeat_interval,
         .said = said,
         .is_urgent = is_urgent});
}

void Agents::send(Index index, const SentHeartbeat& heartbeat) {
    Agent& agent = agents_[index];
    if (agent.link_is_cut) {
        agent.held.push_back(heartbeat);
        if (agent.held.size() > kHeldMost) {
            agent.held.pop_front();
        }
        return;
    }
    const std::int64_t client = heartbeat.through.client_id;
    agent.last_arrival = std::max(agent.last_arrival, events_.now() + chance_.time(300us, 3ms));
    events_.at(agent.last_arrival, [this, heartbeat, client] {
        bus_.arrive(
            [this, heartbeat, client] {
                if (bus_.is_open(client) && bus_.store_heartbeat(heartbeat)) {
                    truths_[static_cast<std::size_t>(heartbeat.server)].stored.push_back(
                        events_.now());
                }
            },
            client);
    });
}

void Agents::beat_regularly(Index index, int life, std::int64_t client) {
    const Moment interval = std::chrono::duration_cast<Moment>(pace_.limits.heartbeat_interval);
    events_.after(chance_.time(interval * 19 / 20, interval * 21 / 20), [=, this] {
        const Agent& agent = agents_[index];
        if (agent.life == life && agent.client == client) {
            beat(index, agent.mood, false);
            beat_regularly(index, life, client);
        }
    });
}

void Agents::call(int server) {
    for (const std::int64_t client : bus_.open_clients(server)) {
        events_.after(chance_.time(500us, 4ms), [this, client] {
            const auto agent = std::ranges::find(agents_, std::optional(client), &Agent::client);
            if (agent != agents_.end() && !agent->link_is_cut) {
                beat(static_cast<Index>(agent - agents_.begin()), agent->mood);
            }
        });
    }
}

// ---- links ----

void Agents::watch_dead_connection(Index index) {
    const Agent& agent = agents_[index];
    if (!agent.client) {
        return;
    }
    const std::int64_t client = *agent.client;
    const int silences = agent.silences;
    const int life = agent.life;
    events_.after(chance_.time(pace_.stale_least, pace_.stale_most), [=, this] {
        const Agent& now = agents_[index];
        const bool is_still_dead = now.silences == silences || now.client != client;
        if (is_still_dead) {
            bus_.arrive([this, client] { bus_.close(client, "Stale Connection"); });
        }
    });
    events_.after(chance_.time(pace_.give_up_least, pace_.give_up_most), [=, this] {
        const Agent& now = agents_[index];
        if (now.life == life && now.silences == silences && !now.is_stopped) {
            lost_connection(index);
        }
    });
}

// Whatever ended the connection: an agent that believes in it hears of it, if it can.
void Agents::was_closed(std::int64_t client) {
    events_.after(1ms, [this, client] {
        const auto agent = std::ranges::find(agents_, std::optional(client), &Agent::client);
        if (agent != agents_.end() && !agent->is_stopped && !agent->link_is_cut) {
            lost_connection(static_cast<Index>(agent - agents_.begin()));
        }
    });
}

void Agents::reset(int server, const std::string& reason) {
    Agent& agent = own(server);
    if (!agent.client || agent.link_is_cut) {
        return;
    }
    const std::int64_t client = *agent.client;
    events_.after(chance_.time(200us, 2ms), [this, client, reason] {
        bus_.arrive(
            [this, client, reason] {
                if (bus_.is_open(client)) {
                    bus_.close(client, reason);
                }
            },
            client);
    });
    note(server, true);
    if (!agent.is_stopped) {
        lost_connection(static_cast<Index>(server));
    }
}

void Agents::expel(int server, const std::string& reason, Moment stay_away) {
    Agent& agent = own(server);
    if (!agent.client || agent.link_is_cut || !bus_.is_open(*agent.client)) {
        return;
    }
    bus_.close(*agent.client, reason);
    agent.client.reset();
    ++agent.silences;
    const int life = agent.life;
    events_.after(stay_away, [this, server, life] {
        if (own(server).life == life) {
            connect_later(static_cast<Index>(server));
        }
    });
}

void Agents::refuse(int server, bool refused) {
    own(server).is_refused = refused;
    note(server, true);
}

void Agents::cut_link(int server, bool is_cut) {
    Agent& agent = own(server);
    if (agent.link_is_cut == is_cut) {
        return;
    }
    agent.link_is_cut = is_cut;
    ++agent.silences;
    note(server, true);
    const Index index = static_cast<Index>(server);
    if (is_cut) {
        watch_dead_connection(index);
        return;
    }
    if (!agent.client) {
        return;
    }
    if (!bus_.is_open(*agent.client)) {
        lost_connection(index);
        return;
    }
    for (const SentHeartbeat& heartbeat : std::exchange(agent.held, {})) {
        send(index, heartbeat);  // TCP delivers what was written meanwhile.
    }
}

// ---- NATS ----

void Agents::nats_was_frozen() {
    const Moment thaw = bus_.thaws_at();
    for (Index index = 0; index < agents_.size(); ++index) {
        if (!agents_[index].client || agents_[index].link_is_cut) {
            continue;
        }
        const std::int64_t client = *agents_[index].client;
        Moment gives_up = events_.now() + chance_.time(pace_.give_up_least, pace_.give_up_most);
        if (thaw - events_.now() > 1200ms && chance_.says(0.3)) {
            // Something on the way has less patience; its client connects again at once, and is
            // answered at the thaw.
            gives_up = thaw - chance_.time(300ms, 1s);
        }
        events_.at(gives_up, [this, index, client, thaw] {
            Agent& agent = agents_[index];
            if (!bus_.is_frozen() || bus_.thaws_at() != thaw || agent.client != client ||
                agent.is_stopped) {
                return;
            }
            bus_.arrive([this, client] { bus_.close(client, "Client Closed"); }, client);
            lost_connection(index);
        });
    }
}

void Agents::nats_was_killed() {
    for (Index index = 0; index < agents_.size(); ++index) {
        const Agent& agent = agents_[index];
        if (agent.client && !agent.link_is_cut && !agent.is_stopped) {
            const std::int64_t client = *agent.client;
            events_.after(chance_.time(200us, 3ms), [this, index, client] {
                if (agents_[index].client == client) {
                    lost_connection(index);
                }
            });
        }
    }
}

}  // namespace lumos::presence::simulation
