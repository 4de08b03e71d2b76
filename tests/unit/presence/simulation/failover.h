#pragma once
// As much of failover as is needed to see what presence's answers lead to: the decision about a
// domain's published server, the calls to its candidates, and a DNS write some time later. The real
// ones are lumos-failover's.

#include "tests/unit/presence/simulation/agents.h"
#include "tests/unit/presence/simulation/presence.h"

#include <functional>
#include <optional>
#include <vector>

namespace lumos::presence::simulation {

struct DnsChange {
    int domain = 0;
    int from = 0;
    int to = 0;
    Moment decided{};  // At first: who was heard lately then still is.
};

class Failover {
public:
    Failover(World& world, Agents& agents, std::vector<std::vector<int>> domains);

    std::function<void(const DnsChange&)> on_change;

    void start();
    void pause_for(Moment how_long) { paused_until_ = world_.events.now() + how_long; }
    void look_at_server(int server);
    void look_at_domain(int domain);

    [[nodiscard]] int domains() const { return static_cast<int>(domains_.size()); }
    [[nodiscard]] int published(int domain) const;
    [[nodiscard]] const std::vector<int>& order(int domain) const;
    // As a reader sees it: unsure where the hearing is interrupted.
    [[nodiscard]] Fitness fitness(int server) const;

private:
    struct Domain {
        std::vector<int> order;
        int published = 0;
        bool is_busy = false;
        Moment due{};
        bool is_requested = true;
        std::optional<Time> called_at = std::nullopt;  // The database's clock.
        std::optional<Time> first_called_at =
            std::nullopt;                     // Of the calls since the published one is out.
        std::vector<bool> heard_lately = {};  // At the first decision.
        Moment decided{};
    };
    struct Decision {
        std::optional<int> target = std::nullopt;
        std::vector<int> to_call = {};
        bool is_calling = false;  // Waits for an answer.
        bool is_interrupted = false;
    };
    void sweep();
    void check(int domain);
    void decide_again(int domain);
    [[nodiscard]] Decision decide(int domain) const;
    [[nodiscard]] Decision decide_for_out(int domain) const;
    void call(int domain, const Decision& decision);
    [[nodiscard]] const NodeHearing* node(int server) const;
    [[nodiscard]] bool is_heard_lately(int server) const;
    [[nodiscard]] const ServerPresence& row(int server) const;
    Domain& at(int domain) { return domains_[static_cast<std::size_t>(domain)]; }
    [[nodiscard]] const Domain& at(int domain) const {
        return domains_[static_cast<std::size_t>(domain)];
    }

    World& world_;
    Agents& agents_;
    std::vector<Domain> domains_;
    Moment paused_until_{};
};

}  // namespace lumos::presence::simulation
