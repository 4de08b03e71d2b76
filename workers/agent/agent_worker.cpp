#include "workers/agent/agent_worker.h"

#include "bus/error.h"
#include "schemas/subjects.h"
#include "workers/shared/probe/probe.h"
#include "workers/shared/runtime/backoff.h"
#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/ids.h"
#include "workers/shared/runtime/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <utility>

namespace lumos::agent {
namespace {

using std::chrono::milliseconds;

// The loop turns at least this often, for systemd's watchdog and for what it only looks at.
constexpr milliseconds kTurnMax{1'000};
// A refusal comes back within this time, if there is one.
constexpr milliseconds kRefusalWait{1'000};
constexpr milliseconds kFlushLimit{2'000};
constexpr milliseconds kDrainLimit{3'000};
constexpr std::chrono::minutes kSameRefusalAgain{1};
constexpr std::size_t kNoticesMax = 64;
constexpr std::size_t kCallIdBytesMax = 128;

std::vector<std::unique_ptr<probe::Probe>> make_probes(const std::vector<std::string>& targets) {
    std::vector<std::unique_ptr<probe::Probe>> probes;
    for (const auto& target : targets) {
        probes.push_back(probe::make_probe(target));
    }
    return probes;
}

std::string read_boot_id() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string id;
    if (!std::getline(file, id) || id.empty()) {
        throw runtime::Permanent("/proc/sys/kernel/random/boot_id cannot be read");
    }
    return id;
}

AgentFacts make_facts(const AgentConfig& config, const runtime::Clock& clock) {
    AgentFacts facts;
    facts.account = config.speaker.account;
    facts.server = config.speaker.server;
    facts.session = runtime::random_hex(8);
    facts.boot_id = read_boot_id();
    facts.version = runtime::kVersion;
    facts.interval_seconds = std::chrono::duration<double>(config.interval).count();
    facts.started_at = clock.now();
    return facts;
}

}  // namespace

AgentWorker::AgentWorker(
    AgentConfig config, const runtime::Process& process, const runtime::Clock& clock)
    : config_(std::move(config)),
      facts_(make_facts(config_, clock)),
      process_(process),
      clock_(clock),
      sent_("lumos_agent_heartbeats_total", "Heartbeats sent."),
      refused_("lumos_agent_refusals_total", "What the bus refused: heartbeats, calls."),
      calls_("lumos_agent_calls_total", "Calls received from the control plane."),
      connected_("lumos_agent_connected", "1 while connected to the bus."),
      connection_(connection_options()),
      calls_subscription_(connection_.subscribe(
          schemas::subjects::call(facts_.account, facts_.server),
          [this](const bus::Message& message) { take_call(message); })),
      board_(make_probes(config_.checks), clock, CheckTimes{}, [this] { wake_with_reason(); }) {
    process_.health().set("bus", false, "not connected yet");
}

bus::ConnectionOptions AgentWorker::connection_options() {
    bus::ConnectionOptions options;
    options.urls = config_.nats_url;
    options.creds_file = config_.nats_creds;
    options.ca_file = config_.nats_ca;
    options.name = "lumos-agent " + name_of(config_.speaker);
    options.connect_timeout = milliseconds(2'000);
    options.reconnect_wait_first = milliseconds(250);
    // The server must not seem silent because the agent waits before it tries again.
    options.reconnect_wait_max = std::max(config_.interval * 2 / 3, options.reconnect_wait_first);
    // Giving up a connection in less than 20 s would turn every hiccup of the bus into an alert.
    options.ping_interval = milliseconds(15'000);
    options.pings_outstanding_max = 2;
    options.on_connected = [this](const bus::ConnectionState& state) {
        leave({Notice::Kind::Connected, state.url});
    };
    options.on_disconnected = [this](const bus::ConnectionState& state) {
        leave({Notice::Kind::Disconnected, state.last_error});
    };
    options.on_error = [this](const std::string& what) { leave({Notice::Kind::Refused, what}); };
    return options;
}

void AgentWorker::take_call(const bus::Message& message) {
    try {
        auto call = schemas::read_agent_call(message.body);
        calls_.add();
        if (call.call_id.size() > kCallIdBytesMax) {
            return;
        }
        const std::lock_guard lock(mutex_);
        mail_.call = std::move(call.call_id);
        mail_.has_reason = true;
        mail_.is_new = true;
        changed_.notify_all();
    } catch (const schemas::InvalidMessage& error) {
        runtime::log_warn("call_not_understood", {{"error", error.what()}});
    }
}

void AgentWorker::wake() {
    const std::lock_guard lock(mutex_);
    mail_.is_new = true;
    changed_.notify_all();
}

void AgentWorker::wake_with_reason() {
    const std::lock_guard lock(mutex_);
    mail_.has_reason = true;
    mail_.is_new = true;
    changed_.notify_all();
}

void AgentWorker::leave(Notice notice) {
    const std::lock_guard lock(mutex_);
    mail_.has_reason = mail_.has_reason || notice.kind == Notice::Kind::Connected;
    mail_.notices.push_back(std::move(notice));
    if (mail_.notices.size() > kNoticesMax) {
        mail_.notices.pop_front();
    }
    mail_.is_new = true;
    changed_.notify_all();
}

Ending AgentWorker::run(const std::stop_token& stop, const std::stop_token& restart) {
    const std::stop_callback on_stop(stop, [this] { wake(); });
    const std::stop_callback on_restart(restart, [this] { wake(); });
    while (!stop.stop_requested() && !restart.stop_requested()) {
        process_.alive();
        wait_for_mail();
        while (!notices_.empty()) {
            deal_with(notices_.front());
            notices_.pop_front();
        }
        report_failed_connects();
        confirm_acceptance();
        send_if_due();
    }
    const auto ending = stop.stop_requested() ? Ending::Stopped : Ending::Restarting;
    say_goodbye(
        ending == Ending::Stopped ? schemas::GoodbyeCause::Stopping
                                  : schemas::GoodbyeCause::Restarting);
    return ending;
}

// Silent until the local checks have a verdict: an unfounded "online" could bring traffic back, an
// unfounded "error" could send it away.
bool AgentWorker::may_speak() const {
    return connection_.state().connected && board_.verdict() != CheckVerdict::Undecided;
}

runtime::SteadyTime AgentWorker::wake_at() const {
    const auto now = clock_.steady();
    const auto latest = now + kTurnMax;
    return may_speak() ? std::min(latest, next_at(pace_, has_reason_, now)) : latest;
}

void AgentWorker::wait_for_mail() {
    const auto until = wake_at();
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, until, [this] { return mail_.is_new; });
    mail_.is_new = false;
    has_reason_ = std::exchange(mail_.has_reason, false) || has_reason_;
    if (mail_.call) {
        call_ = std::exchange(mail_.call, std::nullopt);
    }
    notices_.swap(mail_.notices);
}

void AgentWorker::deal_with(const Notice& notice) {
    const auto as = name_of(config_.speaker);
    switch (notice.kind) {
        case Notice::Kind::Connected: {
            const auto line = fmt::format("connected to {} as {}", notice.text, as);
            runtime::log_info("connected", {{"message", line}, {"url", notice.text}});
            process_.status(line);
            process_.health().set("bus", true, notice.text);
            connected_.set(1);
            reported_attempt_ = 0;
            is_first_ = true;
            confirm_at_.reset();
            last_refusal_at_.reset();
            break;
        }
        case Notice::Kind::Disconnected: {
            const auto line = words_for_loss(notice.text);
            runtime::log_warn("connection_lost", {{"message", line}, {"error", notice.text}});
            process_.status(line);
            process_.health().set("bus", false, notice.text);
            connected_.set(0);
            break;
        }
        case Notice::Kind::Refused:
            deal_with_refusal(notice.text);
            break;
    }
}

void AgentWorker::deal_with_refusal(const std::string& error) {
    refused_.add();
    confirm_at_.reset();
    const auto now = clock_.steady();
    const bool is_known =
        last_refusal_at_ && last_refusal_ == error && now - *last_refusal_at_ < kSameRefusalAgain;
    if (!is_known) {
        last_refusal_ = error;
        last_refusal_at_ = now;
        runtime::log_error(
            "refused", {{"message", words_for_refusal(error, config_.speaker)}, {"error", error}});
    }
}

void AgentWorker::report_failed_connects() {
    const auto state = connection_.state();
    // The present attempt is still under way; the one before has failed.
    const auto failed = state.connected ? 0 : state.attempt - 1;
    if (failed > reported_attempt_ && is_worth_a_line(failed)) {
        reported_attempt_ = failed;
        const auto line = words_for_failed_connect(config_.nats_url, state.last_error, failed);
        runtime::log_warn("connect_failed", {{"message", line}, {"attempt", failed}});
        process_.status(line);
        process_.health().set("bus", false, state.last_error);
    }
}

// A heartbeat is not acknowledged: that no refusal of the first one has come back is the only sign
// that it was taken.
void AgentWorker::confirm_acceptance() {
    if (!confirm_at_ || clock_.steady() < *confirm_at_) {
        return;
    }
    confirm_at_.reset();
    try {
        connection_.flush(kFlushLimit);
    } catch (const bus::BusUnavailable&) {
        return;  // The connection is being lost, which is reported by itself.
    }
    runtime::log_info(
        "heartbeat_accepted",
        {{"message",
          fmt::format("heartbeat accepted (every {})", runtime::to_text(config_.interval))}});
}

void AgentWorker::send_if_due() {
    const auto now = clock_.steady();
    if (!may_speak() || next_at(pace_, has_reason_, now) > now) {
        return;
    }
    if (!publish(std::nullopt)) {
        return;
    }
    if (std::exchange(is_first_, false)) {
        confirm_at_ = now + kRefusalWait;
    }
    pace_ = after_sending(pace_, now, config_.interval, runtime::random_unit());
    has_reason_ = false;
    call_.reset();
}

bool AgentWorker::publish(const std::optional<schemas::GoodbyeCause>& goodbye) {
    const auto state = connection_.state();
    if (!state.connected) {
        return false;
    }
    Moment moment;
    moment.now = clock_.now();
    moment.count = ++count_;
    moment.call = call_;
    moment.nats_server = state.nats_server;
    moment.client_id = state.client_id;
    moment.goodbye = goodbye;
    moment.checks = board_.checks();
    const auto body =
        schemas::write_heartbeat(make_envelope(facts_, moment), make_heartbeat(facts_, moment));
    try {
        connection_.publish(schemas::subjects::heartbeat(facts_.account, facts_.server), body);
        sent_.add();
        return true;
    } catch (const bus::BusUnavailable&) {
        // Lost in this moment; the next connection begins with a heartbeat of its own.
        return false;
    }
}

void AgentWorker::say_goodbye(schemas::GoodbyeCause cause) {
    const std::string doing = cause == schemas::GoodbyeCause::Stopping ? "stopping" : "restarting";
    bool is_told = publish(cause);
    try {
        if (is_told) {
            connection_.flush(kFlushLimit);
        }
    } catch (const bus::BusUnavailable&) {
        is_told = false;
    }
    const auto* const told =
        is_told ? "told the control plane (goodbye)"
                : "the control plane could not be told, it will find out by itself";
    runtime::log(
        is_told ? runtime::LogLevel::Info : runtime::LogLevel::Warn,
        "said_goodbye",
        {{"message", fmt::format("{}: {}", doing, told)}, {"cause", doing}});
    connection_.drain(kDrainLimit);
}

}  // namespace lumos::agent
