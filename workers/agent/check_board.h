#pragma once
// Runs the local checks, each in a thread of its own, so that one that hangs holds up no other, and
// keeps what they found. Thread-safe.

#include "workers/agent/heartbeat_rule.h"
#include "workers/shared/probe/probe.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/guarded.h"

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace lumos::agent {

struct CheckTimes {
    std::chrono::milliseconds every{5'000};
    // Until the first verdict, so that an agent that has just started need not be silent for long.
    std::chrono::milliseconds every_at_first{250};
    std::chrono::milliseconds timeout{2'000};
};

class CheckBoard {
public:
    // on_change: called from a check's thread when a verdict changed; must not block.
    CheckBoard(
        std::vector<std::unique_ptr<probe::Probe>> probes,
        const runtime::Clock& clock,
        CheckTimes times,
        std::function<void()> on_change);
    ~CheckBoard();  // Ends the threads: waits for the looks under way, a timeout at most.
    CheckBoard(const CheckBoard&) = delete;
    CheckBoard& operator=(const CheckBoard&) = delete;

    [[nodiscard]] std::vector<NamedCheck> checks() const;
    [[nodiscard]] CheckVerdict verdict() const;

private:
    void run(std::size_t index, const std::stop_token& stop);
    void take(std::size_t index, const CheckOutcome& outcome);

    const std::vector<std::unique_ptr<probe::Probe>> probes_;
    const runtime::Clock& clock_;
    const CheckTimes times_;
    const std::function<void()> on_change_;
    mutable runtime::Guarded<std::vector<NamedCheck>> checks_;
    std::vector<std::jthread> threads_;
};

}  // namespace lumos::agent
