#pragma once
// Publishing what was committed: events from the outbox, in row order, under the event's id as
// message id; wake-up jobs at once. Every process that writes rows has one: its sweep publishes
// what another left behind (rows older than 2 s) and clears `published_at` of the last 24 h when
// the EVENT stream was created anew. Thread-safe.

#include "sql/event_store.h"

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace lumos::bus {
class Connection;
}
namespace lumos::sql {
class Pool;
}

namespace lumos::outbox {

struct CheckJob {
    std::string account;
    bool is_zone = true;
    std::string name;
    std::string trigger;
    std::string id;  // The request's: different for each cause.
    std::optional<std::string> trigger_id;
};

class Outbox {
public:
    // source: the process ("presence"). Both references outlive the outbox.
    Outbox(bus::Connection& bus, sql::Pool& database, std::string source);
    ~Outbox();  // Stops the threads; what is unpublished stays in its rows.
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    // After a commit: publish the outbox rows now. Returns at once; a thread does it. Never throws.
    void wake();
    // Wake-ups; losing one costs a second. Returns at once, never throws; a bounded queue, the
    // oldest dropped.
    void check(CheckJob job);
    void notify(const std::vector<sql::NewDelivery>& deliveries);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace lumos::outbox
