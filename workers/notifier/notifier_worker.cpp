#include "workers/notifier/notifier_worker.h"

#include "sql/error.h"
#include "workers/notifier/claim.h"
#include "workers/notifier/dead_event.h"
#include "workers/shared/runtime/backoff.h"
#include "workers/shared/runtime/ids.h"
#include "workers/shared/runtime/log.h"

#include <algorithm>
#include <limits>
#include <thread>
#include <utility>

namespace lumos::notifier {

namespace {

using State = sql::DeliveryResult::State;

constexpr std::size_t kBuriedAtOnce = 100;
constexpr std::size_t kErrorBytesMax = 500;
constexpr runtime::Backoff kRecordBackoff{
    .first = std::chrono::milliseconds(200), .most = std::chrono::milliseconds(2'000)};
constexpr int kRecordAttempts = 6;

std::chrono::milliseconds between(runtime::BootTime then, runtime::BootTime now) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(now - then);
}

std::chrono::milliseconds deadline_of(const std::string& kind) {
    return kind == "email" ? kMailDeadline : kWebhookDeadline;
}

State state_after(Next::What what) {
    switch (what) {
        case Next::What::Done:
            return State::Sent;
        case Next::What::Again:
            return State::Retry;
        case Next::What::GiveUp:
            break;
    }
    return State::Dead;
}

std::string_view word_of(State state) {
    switch (state) {
        case State::Sent:
            return "sent";
        case State::Retry:
            return "retry";
        case State::Dead:
            break;
    }
    return "dead";
}

sql::ChannelEffect effect_of(const sql::DeliveryChannel& channel, const Outcome& outcome) {
    sql::ChannelEffect effect{.channel_id = channel.id};
    if (outcome.answer == Answer::Gone) {
        effect.disable_why = outcome.error;
    } else if (outcome.pause) {
        effect.pause = std::min<std::chrono::milliseconds>(*outcome.pause, kTryFor);
    }
    return effect;
}

}  // namespace

NotifierWorker::NotifierWorker(
    sql::DeliveryStore& store,
    Roads roads,
    const runtime::Clock& clock,
    runtime::Health& health,
    WorkerOptions options)
    : store_(store),
      roads_(roads),
      clock_(clock),
      health_(health),
      options_(std::move(options)),
      queue_(options_.senders, options_.senders_of_a_channel) {}

void NotifierWorker::wake() {
    queue_.wake();
}

void NotifierWorker::run(const std::stop_token& stop) {
    std::vector<std::jthread> senders;
    for (std::size_t i = 0; i < options_.senders; ++i) {
        senders.emplace_back([this, stop] {
            while (const auto job = queue_.pop()) {
                handle(*job, stop);
                queue_.done(job->message.channel.id);
            }
        });
    }
    while (!stop.stop_requested()) {
        sweep();
        options_.on_turn();
        queue_.wait(stop, options_.sweep);
    }
    queue_.close();
}

void NotifierWorker::sweep() {
    try {
        bury();
        const auto start = std::exchange(cursor_, 0);
        claim_behind(start, std::numeric_limits<std::int64_t>::max());
        if (start > 0 && cursor_ == 0) {
            claim_behind(0, start);
        }
        tell_how_it_went({});
    } catch (const std::runtime_error& problem) {
        tell_how_it_went(problem.what());
    }
    metrics_.in_hand(options_.senders - queue_.free_places());
}

void NotifierWorker::bury() {
    if (buried_at_ && clock_.steady() - *buried_at_ < options_.sweep) {
        return;
    }
    const auto count =
        store_.bury_disabled(kBuriedAtOnce, [this](const sql::BuriedDelivery& delivery) {
            return dead_event(delivery, runtime::new_uuid(clock_.now()));
        });
    if (count > 0) {
        runtime::log_info("deliveries_of_disabled_channels_dropped", {{"count", count}});
        options_.on_events_recorded();
    }
    // A full batch: there may be more, and the next look goes on at once.
    if (count < kBuriedAtOnce) {
        buried_at_ = clock_.steady();
    } else {
        queue_.wake();
    }
}

void NotifierWorker::claim_behind(std::int64_t after, std::int64_t until) {
    while (const auto free = queue_.free_places()) {
        const auto channels = store_.due_channels(after, queue_.full_channels(), free);
        if (channels.empty()) {
            return;
        }
        for (const auto channel_id : channels) {
            const auto room = queue_.free_places(channel_id);
            if (channel_id > until) {
                return;
            }
            if (room == 0) {
                break;
            }
            after = channel_id;
            const auto claimed_at = clock_.boot();
            for (auto& message : claim_messages(store_, channel_id, room)) {
                queue_.push({std::move(message), claimed_at});
            }
        }
    }
    cursor_ = after;
}

void NotifierWorker::handle(const SendJob& job, const std::stop_token& stop) {
    const auto& kind = job.message.channel.kind;
    // Who was stopped between claim and sending would send what another has sent meanwhile.
    if (between(job.claimed_at, clock_.boot()) > send_limit(kind) - deadline_of(kind)) {
        runtime::log_warn(
            "delivery_claim_expired",
            {{"account", job.message.channel.account},
             {"channel", job.message.channel.slug},
             {"delivery", job.message.deliveries.front().id}});
        return;
    }
    record(job, try_to_send(job.message), stop);
}

Outcome NotifierWorker::try_to_send(const sql::ClaimedMessage& message) {
    try {
        return message.channel.kind == "email" ? roads_.email.send(message)
                                               : roads_.webhook.send(message);
    } catch (const std::exception& problem) {
        return {Answer::TryAgain, problem.what()};
    }
}

void NotifierWorker::record(
    const SendJob& job, const Outcome& outcome, const std::stop_token& stop) {
    const auto elapsed = between(job.claimed_at, clock_.boot());
    const auto random = runtime::random_unit();
    std::vector<sql::DeliveryResult> results;
    for (const auto& delivery : job.message.deliveries) {
        const auto next = next_step(
            outcome, {.number = delivery.attempt, .age = delivery.age + elapsed, .random = random});
        sql::DeliveryResult result{
            .id = delivery.id,
            .attempt = delivery.attempt,
            .state = state_after(next.what),
            .error = outcome.error.substr(0, kErrorBytesMax),
            .wait = next.wait};
        if (result.state == State::Dead) {
            result.dead_event = dead_event(
                as_buried(delivery, job.message.channel, result.error),
                runtime::new_uuid(clock_.now()));
        }
        results.push_back(std::move(result));
    }
    const auto recorded = write_down(results, effect_of(job.message.channel, outcome), stop);
    if (recorded) {
        report(job, results, *recorded);
    }
}

std::optional<std::vector<std::string>> NotifierWorker::write_down(
    const std::vector<sql::DeliveryResult>& results,
    const sql::ChannelEffect& effect,
    const std::stop_token& stop) {
    for (int attempt = 1;; ++attempt) {
        try {
            return store_.record(results, effect);
        } catch (const std::runtime_error& problem) {
            // The claim runs out by itself: the worst is that the message goes out once more, under
            // the same id.
            const auto wait = kRecordBackoff.wait(attempt, runtime::random_unit());
            if (attempt == kRecordAttempts || !runtime::pause(stop, wait)) {
                runtime::log_warn(
                    "delivery_result_not_recorded",
                    {{"delivery", results.front().id},
                     {"outcome", word_of(results.front().state)},
                     {"error", problem.what()}});
                return std::nullopt;
            }
        }
    }
}

void NotifierWorker::report(
    const SendJob& job,
    const std::vector<sql::DeliveryResult>& results,
    const std::vector<std::string>& recorded) {
    const auto& channel = job.message.channel;
    const auto elapsed = between(job.claimed_at, clock_.boot());
    bool any_dead = false;
    for (std::size_t i = 0; i < results.size(); ++i) {
        const auto& result = results[i];
        const auto& delivery = job.message.deliveries[i];
        const bool counts = std::ranges::find(recorded, result.id) != recorded.end();
        any_dead = any_dead || (counts && result.state == State::Dead);
        if (result.state == State::Sent) {
            metrics_.sent(channel.kind, delivery.age + elapsed);
        } else {
            result.state == State::Dead ? metrics_.died(channel.kind)
                                        : metrics_.failed(channel.kind);
        }
        runtime::log(
            result.state == State::Dead ? runtime::LogLevel::Warn : runtime::LogLevel::Info,
            "delivery_tried",
            {{"account", channel.account},
             {"channel", channel.slug},
             {"kind", channel.kind},
             {"alert", delivery.event.type},
             {"event", delivery.event.id},
             {"attempt", delivery.attempt},
             {"outcome", counts ? word_of(result.state) : "late"},
             {"elapsed_ms", elapsed.count()},
             {"error", result.error}});
    }
    if (any_dead) {
        options_.on_events_recorded();
    }
}

void NotifierWorker::tell_how_it_went(const std::string& trouble) {
    health_.set("database", trouble.empty(), trouble);
    if (!trouble.empty() && trouble != trouble_) {
        runtime::log_warn("deliveries_not_looked_at", {{"error", trouble}});
    }
    if (trouble.empty() && !trouble_.empty()) {
        runtime::log_info("deliveries_looked_at_again");
    }
    trouble_ = trouble;
}

}  // namespace lumos::notifier
