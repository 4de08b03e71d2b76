#include "workers/agent/check_board.h"

#include "workers/shared/runtime/log.h"

#include <fmt/format.h>

#include <algorithm>

namespace lumos::agent {
namespace {

void report(const std::string& name, const CheckState& before, const CheckState& now) {
    if (now.verdict == CheckVerdict::Failing) {
        runtime::log_warn(
            "check_failed",
            {{"message", fmt::format("check {} fails: {} -> error", name, now.last.error)},
             {"check", name},
             {"error", now.last.error}});
    } else if (before.verdict == CheckVerdict::Failing) {
        runtime::log_info(
            "check_recovered",
            {{"message", fmt::format("check {} answers again", name)}, {"check", name}});
    } else {
        runtime::log_info(
            "check_passed", {{"message", fmt::format("check {} answers", name)}, {"check", name}});
    }
}

}  // namespace

CheckBoard::CheckBoard(
    std::vector<std::unique_ptr<probe::Probe>> probes,
    const runtime::Clock& clock,
    CheckTimes times,
    std::function<void()> on_change)
    : probes_(std::move(probes)),
      clock_(clock),
      times_(times),
      on_change_(std::move(on_change)) {
    for (const auto& probe : probes_) {
        checks_.lock()->push_back({probe->name(), CheckState{.last = {}, .since = clock_.now()}});
    }
    for (std::size_t i = 0; i < probes_.size(); ++i) {
        threads_.emplace_back([this, i](const std::stop_token& stop) { run(i, stop); });
    }
}

CheckBoard::~CheckBoard() {
    for (auto& thread : threads_) {
        thread.request_stop();
    }
    threads_.clear();
}

std::vector<NamedCheck> CheckBoard::checks() const {
    return *checks_.lock();
}

CheckVerdict CheckBoard::verdict() const {
    std::vector<CheckState> states;
    for (const auto& check : checks()) {
        states.push_back(check.state);
    }
    return overall(states);
}

void CheckBoard::run(std::size_t index, const std::stop_token& stop) {
    bool goes_on = true;
    while (goes_on) {
        const auto start = clock_.steady();
        const auto result = probes_[index]->run(times_.timeout);
        const double latency_ms = std::chrono::duration<double, std::milli>(result.latency).count();
        take(index, {result.ok, latency_ms, result.error});
        const bool is_decided = checks_.lock()->at(index).state.verdict != CheckVerdict::Undecided;
        const auto every = is_decided ? times_.every : times_.every_at_first;
        const auto took = std::chrono::ceil<std::chrono::milliseconds>(clock_.steady() - start);
        goes_on = runtime::pause(stop, std::max(every - took, std::chrono::milliseconds(1)));
    }
}

void CheckBoard::take(std::size_t index, const CheckOutcome& outcome) {
    const auto now = clock_.now();
    CheckState before;
    CheckState changed;
    std::string name;
    {
        auto checks = checks_.lock();
        auto& check = checks->at(index);
        before = check.state;
        check.state = after(before, outcome, now);
        changed = check.state;
        name = check.name;
    }
    if (changed.verdict != before.verdict) {
        report(name, before, changed);
        on_change_();
    }
}

}  // namespace lumos::agent
