#pragma once
// Takes due deliveries, sends them and writes down what came of it. One thread claims, several
// send; a job on the bus only wakes the one that claims, and without the bus it looks by itself.

#include "sql/delivery_store.h"
#include "workers/notifier/delivery_metrics.h"
#include "workers/notifier/send_queue.h"
#include "workers/notifier/sender.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/health.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace lumos::notifier {

struct Roads {
    Sender& email;
    Sender& webhook;
};

struct WorkerOptions {
    std::size_t senders = 16;
    std::size_t senders_of_a_channel = 4;
    std::chrono::milliseconds sweep{2'000};
    std::function<void()> on_turn = [] {};  // After each look at the database.
    std::function<void()> on_events_recorded = [] {
    };  // Deliveries died; their events wait in the outbox.
};

class NotifierWorker {
public:
    // The references outlive the worker.
    NotifierWorker(
        sql::DeliveryStore& store,
        Roads roads,
        const runtime::Clock& clock,
        runtime::Health& health,
        WorkerOptions options);

    // Until stop is requested; what is being sent then is finished and recorded first.
    void run(const std::stop_token& stop);
    // There may be something to send. Thread-safe.
    void wake();

private:
    void sweep();
    void bury();
    void claim_behind(std::int64_t after, std::int64_t until);
    void handle(const SendJob& job, const std::stop_token& stop);
    [[nodiscard]] Outcome try_to_send(const sql::ClaimedMessage& message);
    void record(const SendJob& job, const Outcome& outcome, const std::stop_token& stop);
    // The deliveries that were still this attempt's; nothing where the database could not be told.
    [[nodiscard]] std::optional<std::vector<std::string>> write_down(
        const std::vector<sql::DeliveryResult>& results,
        const sql::ChannelEffect& effect,
        const std::stop_token& stop);
    void report(
        const SendJob& job,
        const std::vector<sql::DeliveryResult>& results,
        const std::vector<std::string>& recorded);
    void tell_how_it_went(const std::string& trouble);

    sql::DeliveryStore& store_;
    Roads roads_;
    const runtime::Clock& clock_;
    runtime::Health& health_;
    WorkerOptions options_;
    SendQueue queue_;
    DeliveryMetrics metrics_;
    std::int64_t cursor_ = 0;  // The channel where the last look ran out of places; 0: it saw all.
    std::optional<runtime::SteadyTime> buried_at_;
    std::string trouble_;  // Why the last look failed; "" when it did not.
};

}  // namespace lumos::notifier
