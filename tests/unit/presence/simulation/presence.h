#pragma once
// The database and the replicas of presence. A replica's round is the product's, step by step, with
// the product's rules; what the product leaves to SQL stands here as loops over plain values.

#include "tests/unit/presence/simulation/agents.h"
#include "tests/unit/presence/simulation/bus.h"
#include "tests/unit/presence/simulation/engine.h"
#include "tests/unit/presence/simulation/rules.h"
#include "workers/presence/heartbeat_view.h"
#include "workers/presence/round_rule.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace lumos::presence::simulation {

struct ServerRows {
    ServerPresence row = {};
    Connections connections = {};
    std::map<int, Time> waiting = {};  // By domain: failover has called this server for it.
    Time added_at{};                   // For the rule `unknown is unsure`.
};

struct Database {
    explicit Database(const Events& events) : clock(events) {}
    SteppedClock clock;
    bool is_up = true;
    StoredHearing hearing = {};
    std::vector<NodeHearing> nodes = {};
    std::int64_t spans = 0;
    std::vector<ServerRows> servers = {};
};

// A committed change of one server, for those who watch.
struct Change {
    int server = 0;
    ServerPresence before;
    ServerPresence after;
    bool conflict_began = false;
};

struct Watcher {
    std::function<void(const Change&)> changed;
    std::function<void(Moment beat_sent)> heard;  // A round writes; what it changes follows.
    std::function<void()> committed;
    std::function<void(int server)> request_server;
    std::function<void(int domain)> request_domain;
};

struct World {
    Events& events;
    Chance& chance;
    Bus& bus;
    Database& database;
    const Pace& pace;
    const Rules& rules;
    Watcher watcher;
    // Where the one consumer stands that replicas share without the rule `reader of its own`.
    std::size_t shared_read = 0;
    int shared_generation = 0;
};

class Replica {
public:
    Replica(World& world, int id);

    void start();
    void kill();
    void stop_for(Moment how_long);  // SIGSTOP
    void lose_database_for(Moment how_long);
    void read_slowly_for(Moment how_long);
    // The next round that has read its beat waits that long before its transaction.
    void stall_next_round_for(Moment how_long);

    void wake();  // Something has come in that is worth a round at once.

private:
    struct Round {
        Moment began{};
        NodeBeat beat;
        Time stream_created;
        int generation = 0;
    };
    void round();
    void end_round(bool again_at_once = false);
    void plan(Moment when);
    void when_running(int life, std::function<void()> what);
    void break_off();

    bool read_until(std::int64_t sequence);
    void read(std::size_t end);
    void look_at_bus_stream();
    void write(const Round& round);

    // What one transaction does, in the order of its steps.
    bool commit(const Round& round);
    bool advance_node(const Round& round, bool same_stream);
    void cut_all_back(Time heard);
    void move_servers(const NodeHearing& beaten);
    void begin_stream_anew();
    std::map<int, ServerNews> heard_above(std::int64_t sequence) const;
    void read_advisories(std::map<int, ServerNews>& news);
    bool carry(int server, const ServerNews& news, const NodeHearing& beaten);
    void take_with_rules(ServerRecord& server, ServerNews news, const NodeHearing& beaten) const;
    [[nodiscard]] Judgement judge_with_rules(ServerRecord server, const NodeHearing& node) const;

    World& world_;
    int id_;
    bool runs_ = false;
    int life_ = 0;
    Moment stopped_until_{};
    Moment database_back_at_{};
    Moment slow_until_{};
    Moment next_round_stalls_{};
    Moment began_{};
    int plan_ = 0;
    bool is_busy_ = false;
    bool is_woken_ = false;

    HeartbeatView view_;
    int agent_generation_ = 0;
    std::size_t agent_read_ = 0;
    std::size_t snapshot_end_ = 0;
    int bus_generation_ = 0;
    Time bus_created_{};
    std::optional<Time> bus_made_after_;
    std::optional<Time> bus_row_;  // The row's stream as this replica saw it last.
};

}  // namespace lumos::presence::simulation
