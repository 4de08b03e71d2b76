#include "workers/failover/decide_rule.h"

#include "workers/failover/fitness_rule.h"
#include "workers/failover/limits.h"

#include <algorithm>

namespace lumos::failover {
namespace {

// A domain in one look, with the words that the table is written in.
class View {
public:
    enum class Interrupted { AsItWas, Unsure };

    View(const Domain& domain, const Servers& servers, const Moment& moment, Interrupted mode)
        : domain_(domain),
          servers_(servers),
          moment_(moment),
          mode_(mode) {}

    [[nodiscard]] const Domain& domain() const { return domain_; }
    [[nodiscard]] Time now() const { return moment_.now; }
    [[nodiscard]] const Server* find(std::optional<Id> id) const {
        const auto found = id ? servers_.find(*id) : servers_.end();
        return found == servers_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] const Server* published() const { return find(domain_.published); }
    [[nodiscard]] const Server* primary() const {
        return domain_.servers.empty() ? nullptr : find(domain_.servers.front());
    }
    [[nodiscard]] bool is_assigned(const Server& server) const {
        return std::ranges::find(domain_.servers, server.id) != domain_.servers.end();
    }
    [[nodiscard]] Fitness fitness(const Server& server) const {
        const bool doubted = mode_ == Interrupted::Unsure && is_interrupted(server, moment_.now);
        return doubted ? Fitness::Unsure : usable_fitness(server);
    }
    [[nodiscard]] bool is_out(const Server& server) const {
        return fitness(server) == Fitness::Out;
    }
    // May be switched to: ready comes on top of it.
    [[nodiscard]] bool is_heard(const Server& server) const {
        const bool lately =
            is_heard_lately(server, moment_.now) || moment_.heard_before.contains(server.id);
        const auto* left = published();
        const bool must_be_since = left != nullptr && is_out(*left);
        return lately && (!must_be_since || is_heard_since_out(server, *left));
    }
    // The ready ones among `ids`, in their order, the published one left out.
    [[nodiscard]] std::vector<const Server*> ready(const std::vector<Id>& ids) const {
        std::vector<const Server*> found;
        for (const auto id : ids) {
            const auto* server = find(id);
            if (server != nullptr && server != published() && fitness(*server) == Fitness::Ready) {
                found.push_back(server);
            }
        }
        return found;
    }

private:
    const Domain& domain_;
    const Servers& servers_;
    const Moment& moment_;
    Interrupted mode_;
};

std::vector<Id> ids_of(const std::vector<const Server*>& servers) {
    std::vector<Id> ids;
    ids.reserve(servers.size());
    for (const auto* server : servers) {
        ids.push_back(server->id);
    }
    return ids;
}

Decision nothing(std::string code, std::string message) {
    return {
        .action = Action::Nothing,
        .code = std::move(code),
        .message = std::move(message),
        .target = {}};
}

Decision hold(std::string code, std::string message, std::vector<Id> candidates = {}) {
    return {
        .action = Action::Hold,
        .code = std::move(code),
        .message = std::move(message),
        .target = {},
        .candidates = std::move(candidates)};
}

Decision hold_calling(const std::vector<const Server*>& candidates) {
    std::string names;
    for (const auto* server : candidates) {
        names += (names.empty() ? "" : ", ") + server->slug;
    }
    return hold(
        "calling",
        "Traffic is sent only to a server that has just spoken; called: " + names + ".",
        ids_of(candidates));
}

Decision move_to(const View& view, const Server& target, std::string code, std::string message) {
    const bool home = view.primary() == &target;
    return {
        .action = home ? Action::Restore : Action::Switch,
        .code = std::move(code),
        .message = std::move(message),
        .target = target.id};
}

// Why a domain takes no part in failover; "" where it does.
std::string gate(const Domain& domain) {
    if (!domain.has_provider) {
        return "no_provider";
    }
    if (domain.servers.size() < 2) {
        return "single_server";
    }
    return domain.plan_allows ? "" : "plan";
}

std::string gate_message(const std::string& code) {
    if (code == "no_provider") {
        return "The zone has no DNS provider, so nothing can be changed.";
    }
    if (code == "single_server") {
        return "The domain has one server: there is nowhere to fail over to.";
    }
    return "The account's plan has no failover.";
}

bool is_edited(const Domain& domain, const Server& server) {
    const auto differs = [](const std::optional<std::string>& there,
                            const std::optional<std::string>& wanted,
                            bool set_aside) {
        // An address that never stood in DNS is not added by an edit; one that was set aside is.
        return there ? there != wanted : set_aside && wanted.has_value();
    };
    return differs(domain.published_addresses.ipv4, server.addresses.ipv4, domain.ipv4_set_aside) ||
           differs(domain.published_addresses.ipv6, server.addresses.ipv6, domain.ipv6_set_aside);
}

Decision leave_unassigned(const View& view) {
    const auto ready = view.ready(view.domain().servers);
    const auto heard =
        std::ranges::find_if(ready, [&](const Server* server) { return view.is_heard(*server); });
    if (heard != ready.end()) {
        return move_to(
            view,
            **heard,
            "server_unassigned",
            "What is published is no server of this domain any more; " + (*heard)->slug +
                " is the first ready one.");
    }
    if (!ready.empty()) {
        return hold_calling(ready);
    }
    return hold(
        "no_healthy_secondary",
        "What is published is no server of this domain any more, and none of its servers is ready; "
        "DNS stays as it is.");
}

Decision leave_the_dead(
    const View& view, const Server& published, const std::vector<const Server*>& ready) {
    const auto heard =
        std::ranges::find_if(ready, [&](const Server* server) { return view.is_heard(*server); });
    if (heard == ready.end()) {
        return hold_calling(ready);
    }
    const std::vector<const Server*> earlier(ready.begin(), heard);
    if (!earlier.empty()) {
        // Called at this moment where nobody has called it yet.
        Time called = published.fitness_since;
        for (const auto* server : earlier) {
            called = std::max(called, server->waited_since.value_or(view.now()));
        }
        const auto until = called + limits::kEarlierCandidate;
        if (view.now() < until) {
            auto decision = hold_calling(earlier);
            decision.look_again = until;
            return decision;
        }
    }
    const bool from_primary = view.primary() == &published;
    const std::string role =
        view.primary() == *heard ? "the primary" : "the first healthy secondary";
    return move_to(
        view,
        **heard,
        from_primary ? "primary_down" : "active_secondary_down",
        describe(published) + "; " + (*heard)->slug + " is " + role + ".");
}

// The primary is not ready, and something else is published that is not out.
Decision wait_for_primary(const Server& primary) {
    switch (primary.status) {
        case Status::Online:
            return nothing(
                "ready_hold",
                primary.slug + " is online since " + time_of_day(primary.status_since) +
                    "; traffic returns when it has been steady long enough.");
        case Status::Error:
            return nothing(
                "primary_down", describe(primary) + "; traffic returns when it is well.");
        case Status::Offline:
        case Status::Unknown:
            break;
    }
    return nothing(
        "agent_not_reconnecting",
        describe(primary) + "; traffic returns when its agent is back: journalctl -u lumos-agent.");
}

Decision stay(const View& view, const Server& published) {
    const auto* primary = view.primary();
    if (primary != &published) {
        return wait_for_primary(*primary);
    }
    if (published.status == Status::Unknown) {
        return nothing(
            "primary_unknown",
            "The agent of " + published.slug +
                " was never heard, so nobody knows how it is; nothing is moved.");
    }
    if (view.fitness(published) == Fitness::Ready) {
        return nothing("primary_healthy", published.slug + " is healthy.");
    }
    return nothing(
        "primary_unsure", describe(published) + "; it is not certainly down, so nothing is moved.");
}

// The published server is one of the domain's and not out.
Decision with_living(const View& view, const Server& published, const std::string& gate_code) {
    const auto& domain = view.domain();
    if (is_edited(domain, published) || domain.rewrite_asked) {
        return {
            .action = Action::Rewrite,
            .code = "edited",
            .message = "The address or TTL of " + published.slug + " was edited.",
            .target = published.id};
    }
    const auto* primary = view.primary();
    const bool takes_part = gate_code.empty() || domain.failed_over;
    if (takes_part && primary != &published && view.fitness(*primary) == Fitness::Ready) {
        return view.is_heard(*primary)
                   ? move_to(
                         view, *primary, "primary_healthy", primary->slug + " is healthy again.")
                   : hold_calling({primary});
    }
    if (!gate_code.empty()) {
        return nothing(gate_code, gate_message(gate_code));
    }
    if (published.status == Status::Offline) {
        return hold(
            "grace",
            describe(published) + "; DNS waits a moment for it to come back.",
            ids_of(view.ready(domain.servers)));
    }
    return stay(view, published);
}

Decision table(const View& view) {
    const auto& domain = view.domain();
    const auto gate_code = gate(domain);
    if (gate_code == "no_provider" || view.primary() == nullptr) {
        return nothing(gate_code, gate_message(gate_code));
    }
    const auto* published = view.published();
    if (published == nullptr || !view.is_assigned(*published)) {
        // A person's edit, which every domain gets, failover or not.
        return leave_unassigned(view);
    }
    if (!view.is_out(*published)) {
        return with_living(view, *published, gate_code);
    }
    // Without failover there is one way only: back home.
    const bool only_home = !gate_code.empty();
    if (only_home && !domain.failed_over) {
        return nothing(gate_code, gate_message(gate_code));
    }
    const auto ready =
        view.ready(only_home ? std::vector<Id>{domain.servers.front()} : domain.servers);
    if (!ready.empty()) {
        return leave_the_dead(view, *published, ready);
    }
    if (only_home) {
        return nothing(gate_code, gate_message(gate_code));
    }
    return hold(
        "no_healthy_secondary",
        describe(*published) +
            " and no other server of this domain is healthy; DNS stays as it is.");
}

bool is_same_answer(const Decision& one, const Decision& other) {
    return one.action == other.action && one.target == other.target &&
           (one.action != Action::Hold || one.code == other.code);
}

}  // namespace

Decision decide(const Domain& domain, const Servers& servers, const Moment& moment) {
    const auto as_it_was = table({domain, servers, moment, View::Interrupted::AsItWas});
    auto unsure = table({domain, servers, moment, View::Interrupted::Unsure});
    if (is_same_answer(as_it_was, unsure)) {
        return unsure;
    }
    auto decision = hold(
        "hearing_interrupted",
        "The control plane has not heard the servers for a while; nothing is moved on what it does "
        "not know.");
    decision.look_again = moment.now + limits::kLookAgainInterrupted;
    return decision;
}

std::string_view to_string(Action action) {
    switch (action) {
        case Action::Nothing:
            return "nothing";
        case Action::Switch:
            return "switch";
        case Action::Restore:
            return "restore";
        case Action::Rewrite:
            return "rewrite";
        case Action::Hold:
            return "hold";
    }
    return "nothing";
}

}  // namespace lumos::failover
