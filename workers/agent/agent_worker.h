#pragma once
// Speaks for this server: heartbeats by the interval and at once when there is a reason (connected,
// a status that changed, a call), a goodbye at the end. While the bus is away nothing is kept for
// later: a late heartbeat is a lie.

#include "bus/connection.h"
#include "workers/agent/agent_config.h"
#include "workers/agent/check_board.h"
#include "workers/agent/heartbeat_rule.h"
#include "workers/agent/pace_rule.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/metrics.h"
#include "workers/shared/runtime/process.h"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace lumos::agent {

enum class Ending { Stopped, Restarting };

class AgentWorker {
public:
    // Connects and starts the checks. process and clock outlive the worker.
    AgentWorker(AgentConfig config, const runtime::Process& process, const runtime::Clock& clock);
    ~AgentWorker() = default;
    AgentWorker(const AgentWorker&) = delete;
    AgentWorker& operator=(const AgentWorker&) = delete;

    // Runs until it is asked to stop or to restart; says goodbye then.
    Ending run(const std::stop_token& stop, const std::stop_token& restart);

private:
    // What other threads leave for the loop.
    struct Notice {
        enum class Kind { Connected, Disconnected, Refused };
        Kind kind = Kind::Connected;
        std::string text;  // The server's URL, why the connection was lost, what was refused.
    };
    struct Mail {
        bool is_new = false;
        bool has_reason = false;
        std::optional<std::string> call;
        std::deque<Notice> notices;
    };

    [[nodiscard]] bus::ConnectionOptions connection_options();
    void take_call(const bus::Message& message);
    void wake();
    void wake_with_reason();
    void leave(Notice notice);

    [[nodiscard]] runtime::SteadyTime wake_at() const;
    [[nodiscard]] bool may_speak() const;
    void wait_for_mail();
    void deal_with(const Notice& notice);
    void deal_with_refusal(const std::string& error);
    void report_failed_connects();
    void confirm_acceptance();
    void send_if_due();
    // False where it did not leave this machine.
    bool publish(const std::optional<schemas::GoodbyeCause>& goodbye);
    void say_goodbye(schemas::GoodbyeCause cause);

    const AgentConfig config_;
    const AgentFacts facts_;
    const runtime::Process& process_;
    const runtime::Clock& clock_;
    runtime::metrics::Counter sent_;
    runtime::metrics::Counter refused_;
    runtime::metrics::Counter calls_;
    runtime::metrics::Gauge connected_;

    std::mutex mutex_;
    std::condition_variable changed_;
    Mail mail_;  // Under mutex_.

    // The loop's own.
    Pace pace_;
    std::int64_t count_ = 0;
    bool has_reason_ = false;
    std::optional<std::string> call_;
    std::deque<Notice> notices_;
    std::int64_t reported_attempt_ = 0;
    bool is_first_ = true;  // The next heartbeat is this connection's first.
    std::optional<runtime::SteadyTime> confirm_at_;
    std::string last_refusal_;
    std::optional<runtime::SteadyTime> last_refusal_at_;

    bus::Connection connection_;
    std::unique_ptr<bus::Subscription> calls_subscription_;
    CheckBoard board_;
};

}  // namespace lumos::agent
