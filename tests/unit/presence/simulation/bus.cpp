#include "tests/unit/presence/simulation/bus.h"

#include <algorithm>
#include <utility>

namespace lumos::presence::simulation {

Bus::Bus(Events& events, Chance& chance) : clock(events), events_(events), chance_(chance) {
    ensure_streams();
}

void Bus::arrive(std::function<void()> what, std::int64_t client) {
    if (state_ == State::Up) {
        what();
    } else if (state_ == State::Frozen) {
        backlog_.push_back({.client = client, .what = std::move(what)});
    }
}

void Bus::ensure_streams() {
    if (!agent.exists) {
        agent = {.exists = true, .generation = agent.generation + 1, .created = clock.now()};
        last_of_subject_.clear();
    }
    if (!advisories.exists) {
        advisories = {
            .exists = true, .generation = advisories.generation + 1, .created = clock.now()};
    }
}

void Bus::store(StoredInAgent message) {
    const auto last = last_of_subject_.find(message.subject);
    if (last != last_of_subject_.end()) {
        agent.log[last->second].replaced_at = message.stored_at;
    }
    last_of_subject_[message.subject] = agent.log.size();
    agent.log.push_back(std::move(message));
}

std::int64_t Bus::store_beat(int replica) {
    if (!agent.exists) {
        return 0;
    }
    store({.subject = -1 - replica, .stored_at = clock.now()});
    return static_cast<std::int64_t>(agent.log.size());
}

bool Bus::store_heartbeat(const SentHeartbeat& heartbeat) {
    if (!agent.exists) {
        return false;
    }
    store({.subject = heartbeat.server, .stored_at = clock.now(), .heartbeat = heartbeat});
    if (heartbeat.is_urgent && on_news) {
        on_news();
    }
    return true;
}

std::int64_t Bus::open(int server) {
    const std::int64_t client = next_client_++;
    clients_[client] = {.server = server, .node = node()};
    advise(server, {.connected = true, .key = {node(), client}, .reason = ""});
    return client;
}

void Bus::close(std::int64_t client, const std::string& reason) {
    const auto known = clients_.find(client);
    if (known != clients_.end() && known->second.is_open) {
        known->second.is_open = false;
        advise(
            known->second.server,
            {.connected = false, .key = {known->second.node, client}, .reason = reason});
        on_closed(client);
    }
}

bool Bus::is_open(std::int64_t client) const {
    const auto known = clients_.find(client);
    return known != clients_.end() && known->second.is_open;
}

std::vector<std::int64_t> Bus::open_clients(int server) const {
    std::vector<std::int64_t> open;
    for (const auto& [id, client] : clients_) {
        if (client.is_open && client.server == server) {
            open.push_back(id);
        }
    }
    return open;
}

// Advisories are sent by a thread of the server's own: they come a little later, and not in the
// order of what happened.
void Bus::advise(int server, ClientEvent event) {
    if (chance_.says(advisory_loss)) {
        return;
    }
    const int life = life_;
    events_.after(chance_.time(500us, 5ms), [this, life, server, event] {
        arrive([this, life, server, event] {
            if (life == life_ && advisories.exists) {
                advisories.log.push_back(
                    {.arrived = events_.now(), .server = server, .event = event});
                if (on_news) {
                    on_news();
                }
            }
        });
    });
}

void Bus::freeze(Moment how_long) {
    if (state_ != State::Up) {
        return;
    }
    state_ = State::Frozen;
    thaws_at_ = events_.now() + how_long;
    const int freezing = ++freezing_;
    events_.after(how_long, [this, freezing] {
        if (freezing == freezing_) {
            thaw();
        }
    });
}

void Bus::thaw() {
    if (state_ != State::Frozen) {
        return;
    }
    state_ = State::Up;
    std::vector<Waiting> waiting = std::exchange(backlog_, {});
    std::vector<std::int64_t> turns;
    for (const Waiting& one : waiting) {
        turns.push_back(one.client);
    }
    for (std::size_t left = turns.size(); left > 1; --left) {
        const auto other = static_cast<std::size_t>(chance_.number(0, static_cast<int>(left) - 1));
        std::swap(turns[left - 1], turns[other]);
    }
    Moment delay{};
    for (const std::int64_t client : turns) {
        const auto next = std::ranges::find_if(
            waiting, [&](const Waiting& one) { return one.client == client && one.what; });
        delay += chance_.time(10us, 3ms);
        events_.after(delay, [this, what = std::exchange(next->what, nullptr), client] {
            arrive(what, client);
        });
    }
}

void Bus::kill() {
    state_ = State::Down;
    backlog_.clear();
    clients_.clear();
    agent.exists = false;  // It is kept in memory.
}

void Bus::start(bool with_store_wiped) {
    if (state_ != State::Down) {
        return;
    }
    state_ = State::Up;
    ++life_;
    advisories.exists = advisories.exists && !with_store_wiped;
}

void Bus::wipe_streams() {
    agent.exists = false;
    advisories.exists = false;
}

}  // namespace lumos::presence::simulation
