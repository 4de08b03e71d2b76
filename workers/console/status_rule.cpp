#include "workers/console/status_rule.h"

#include <cmath>

namespace lumos::console {
namespace {

constexpr double kHearingLostAfter = 60;
constexpr double kOutboxLateAfter = 60;

std::string counted(std::int64_t count, const char* one, const char* many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string seconds(double age) {
    return std::to_string(std::llround(age)) + " s";
}

std::vector<std::string> control_problems(const StatusFacts& facts) {
    std::vector<std::string> problems;
    const auto servers = facts.online + facts.offline + facts.error;
    if (facts.heard_age_seconds ? *facts.heard_age_seconds > kHearingLostAfter : servers > 0) {
        problems.push_back(
            facts.heard_age_seconds
                ? "we do not hear the agents since " + seconds(*facts.heard_age_seconds)
                : "we have never heard the agents");
    }
    if (facts.cycle_age_seconds && *facts.cycle_age_seconds > 2 * facts.cycle_seconds) {
        problems.push_back(
            "the last cycle was completed " + seconds(*facts.cycle_age_seconds) + " ago");
    }
    if (facts.outbox_oldest_seconds > kOutboxLateAfter) {
        problems.push_back("events wait for the bus since " + seconds(facts.outbox_oldest_seconds));
    }
    if (!facts.bus_connected) {
        problems.emplace_back("the console is not connected to the bus");
    }
    for (const auto& worker : facts.missing_workers) {
        problems.push_back("no " + worker + " is running");
    }
    return problems;
}

void add(std::string& line, const std::string& part) {
    line += (line.empty() ? "" : ", ") + part;
}

}  // namespace

Status judge_status(const StatusFacts& facts) {
    Status status;
    if (facts.with_control) {
        status.problems = control_problems(facts);
    }
    const auto needs_you = facts.not_applied + facts.not_ours + facts.held;
    if (facts.offline + facts.error > 0) {
        add(status.headline, counted(facts.offline + facts.error, "server down", "servers down"));
    }
    if (facts.failed_over > 0) {
        add(status.headline,
            counted(facts.failed_over, "domain failed over", "domains failed over"));
    }
    if (needs_you > 0) {
        add(status.headline, counted(needs_you, "needs you", "need you"));
    }
    if (facts.deliveries_dead > 0) {
        add(status.headline,
            counted(
                facts.deliveries_dead,
                "notification not delivered",
                "notifications not delivered"));
    }
    if (!status.problems.empty()) {
        add(status.headline, status.problems.front());
    }
    status.ok = status.headline.empty();
    if (status.ok) {
        status.headline = counted(facts.online, "server online", "servers online") + ", " +
                          counted(facts.active, "domain active", "domains active");
    }
    return status;
}

}  // namespace lumos::console
