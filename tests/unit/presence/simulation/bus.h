#pragma once
// NATS as presence meets it: one server with a clock, clients, and the two streams, AGENT in memory
// and BUS on disk. It can be frozen, killed, and lose its store.

#include "tests/unit/presence/simulation/engine.h"
#include "workers/presence/judgement_rule.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lumos::presence::simulation {

struct SentHeartbeat {
    int server = 0;
    ConnectionKey through;
    std::string session;
    std::string boot_id;
    Duration interval{};
    Said said = Said::Online;
    bool is_urgent = false;  // Presence looks at once.
};

struct StoredInAgent {
    int subject = 0;  // A server; a beat's is below zero.
    Time stored_at;
    SentHeartbeat heartbeat = {};
    std::optional<Time> replaced_at =
        std::nullopt;  // The stream keeps the last message of each subject.
};

struct StoredInBus {
    Moment arrived{};
    int server = 0;
    ClientEvent event;
};

template <typename Message>
struct Stream {
    bool exists = false;
    int generation = 0;
    Time created;
    std::vector<Message> log = {};  // The message with sequence n stands at n - 1.
};

class Bus {
public:
    Bus(Events& events, Chance& chance);

    SteppedClock clock;
    Stream<StoredInAgent> agent;
    Stream<StoredInBus> advisories;

    [[nodiscard]] bool is_up() const { return state_ == State::Up; }
    [[nodiscard]] bool is_frozen() const { return state_ == State::Frozen; }
    [[nodiscard]] bool is_down() const { return state_ == State::Down; }
    [[nodiscard]] std::string node() const { return "N" + std::to_string(life_); }
    [[nodiscard]] Moment thaws_at() const { return thaws_at_; }

    // What a client sends: done now, at the thaw, or never. A thawing server serves the clients in
    // any order, but each client's messages in theirs.
    void arrive(std::function<void()> what, std::int64_t client = 0);

    // Makes the streams that are missing.
    void ensure_streams();
    // Zero where the stream is not there.
    std::int64_t store_beat(int replica);
    // False where the stream is not there.
    bool store_heartbeat(const SentHeartbeat& heartbeat);

    // A client's connection, as the server knows it.
    std::int64_t open(int server);
    void close(std::int64_t client, const std::string& reason);
    [[nodiscard]] bool is_open(std::int64_t client) const;
    [[nodiscard]] std::vector<std::int64_t> open_clients(int server) const;

    void freeze(Moment how_long);
    void thaw();
    void kill();
    void start(bool with_store_wiped);
    void wipe_streams();

    double advisory_loss = 0;
    std::function<void()> on_news;
    std::function<void(std::int64_t client)> on_closed;

private:
    enum class State { Up, Frozen, Down };
    struct Client {
        int server = 0;
        std::string node;
        bool is_open = true;
    };
    void store(StoredInAgent message);
    void advise(int server, ClientEvent event);

    Events& events_;
    Chance& chance_;
    State state_ = State::Up;
    int life_ = 1;
    int freezing_ = 0;
    Moment thaws_at_{};
    struct Waiting {
        std::int64_t client = 0;
        std::function<void()> what;
    };
    std::vector<Waiting> backlog_;
    std::map<std::int64_t, Client> clients_;
    std::int64_t next_client_ = 1;
    std::map<int, std::size_t> last_of_subject_;
};

}  // namespace lumos::presence::simulation
