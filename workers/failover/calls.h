#pragma once
// What is told to the world after a commit: events and deliveries that stand in rows already, and
// calls to candidates, which presence waits for in rows that stand already. Losing any of it costs
// a second, not truth. Thread-safe; nothing throws.

#include "sql/event_store.h"
#include "workers/shared/runtime/metrics.h"

#include <string>
#include <vector>

namespace lumos::bus {
class Connection;
}
namespace lumos::outbox {
class Outbox;
}
namespace lumos::runtime {
class Clock;
}

namespace lumos::failover {

class AfterCommit {
public:
    virtual ~AfterCommit() = default;
    virtual void events(const std::vector<sql::NewDelivery>& deliveries) = 0;
    virtual void call(const std::string& account, const std::string& server) = 0;
};

class BusAfterCommit final : public AfterCommit {
public:
    BusAfterCommit(bus::Connection& bus, outbox::Outbox& outbox, const runtime::Clock& clock);
    void events(const std::vector<sql::NewDelivery>& deliveries) override;
    void call(const std::string& account, const std::string& server) override;

private:
    bus::Connection& bus_;
    outbox::Outbox& outbox_;
    const runtime::Clock& clock_;
    runtime::metrics::Counter called_;
    runtime::metrics::Counter lost_;
};

}  // namespace lumos::failover
