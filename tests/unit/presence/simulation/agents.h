#pragma once
// The watched servers: machines, the agents on them, and the links between them and NATS. And the
// truth about them, against which presence is held.

#include "tests/unit/presence/simulation/bus.h"
#include "tests/unit/presence/simulation/engine.h"
#include "tests/unit/presence/simulation/pace.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace lumos::presence::simulation {

// What really was, in true time.
struct Truth {
    std::vector<Moment> stored = {};           // NATS stored heartbeats of it.
    std::optional<Moment> cut = std::nullopt;  // Something was done to it, last.
    std::optional<Moment> unreachable_since = Moment{};
    bool is_failing = false;  // Its local checks.
    bool has_been_cloned = false;

    [[nodiscard]] std::optional<Moment> stored_before(Moment when) const {
        const auto later = std::ranges::upper_bound(stored, when);
        return later == stored.begin() ? std::nullopt : std::optional(*std::prev(later));
    }
};

class Agents {
public:
    Agents(Events& events, Chance& chance, Bus& bus, const Pace& pace, int servers);

    [[nodiscard]] int servers() const { return static_cast<int>(truths_.size()); }
    [[nodiscard]] const Truth& truth(int server) const {
        return truths_[static_cast<std::size_t>(server)];
    }
    [[nodiscard]] bool is_reachable(int server) const { return !truth(server).unreachable_since; }

    // ---- the life of the agent of a server ----
    void start(int server);
    void kill(int server);       // The connection is closed by the kernel.
    void power_off(int server);  // Nobody closes anything.
    void reboot(int server, Moment how_long);
    void say_goodbye(int server, Said how);  // Then it ends.
    void say_goodbye_and_hang(int server);
    void crash_at_next_connect(int server);
    void stop(int server);            // SIGSTOP
    void go_on(int server);           // SIGCONT
    void say(int server, Said what);  // Its local checks changed.
    void clone(int server);           // Another machine with its credentials.
    void end_clone(int server);
    // ---- its link to NATS ----
    void reset(int server, const std::string& reason);
    void refuse(int server, bool refused);   // It cannot connect; what is connected stays.
    void cut_link(int server, bool is_cut);  // Packets are dropped.
    // ---- NATS itself ----
    void nats_was_frozen();
    void nats_was_killed();
    // Ends connections in NATS's own name, with a reason that says nothing about the server.
    void expel(int server, const std::string& reason, Moment stay_away);

    // Failover asks for a heartbeat at once.
    void call(int server);

private:
    struct Agent {
        int server = 0;
        bool is_clone = false;
        bool machine_is_up = false;
        bool process_runs = false;
        bool is_stopped = false;
        bool link_is_cut = false;
        bool is_refused = false;
        bool crashes_at_connect = false;
        int boot = 0;
        int session = 0;
        Said mood = Said::Online;
        std::optional<std::int64_t> client =
            std::nullopt;  // What the agent believes to be its connection.
        int life = 0;      // Timers of an earlier life do nothing.
        int attempts = 0;
        Moment last_arrival{};  // What is sent on one connection arrives in that order.
        int silences = 0;       // Counts the times that the link was found or made good.
        std::deque<SentHeartbeat> held = {};  // Sent into a link that is cut.
    };
    using Index = std::size_t;

    Agent& own(int server) { return agents_[static_cast<Index>(server)]; }
    [[nodiscard]] bool can_speak(const Agent& agent) const;
    void start_process(Index index);
    void end_process(Index index, bool with_fin, const std::string& reason);
    void connect_later(Index index);
    void connect(Index index);
    void connected(Index index);
    void lost_connection(Index index);
    void beat(Index index, Said said, bool is_urgent = true);
    void send(Index index, const SentHeartbeat& heartbeat);
    void beat_regularly(Index index, int life, std::int64_t client);
    // Nobody hears the other side of this connection from now on: who finds out first?
    void watch_dead_connection(Index index);
    void was_closed(std::int64_t client);
    void note(int server, bool is_cut);

    Events& events_;
    Chance& chance_;
    Bus& bus_;
    const Pace& pace_;
    std::vector<Agent> agents_;  // One a server, then the clones.
    std::vector<Truth> truths_;
    int next_session_ = 1;
    int next_boot_ = 1;
};

}  // namespace lumos::presence::simulation
