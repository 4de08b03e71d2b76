#pragma once
// Answers whoever asks on the bus which processes there are and how they do (README.md).
// Thread-safe.

#include "bus/connection.h"
#include "workers/shared/service/service_answers.h"

#include <memory>
#include <vector>

namespace lumos::service {

class Service {
public:
    // Until it is destroyed; `bus` outlives it. Where the credentials do not allow it, the
    // connection says so (on_error) and nothing else happens.
    Service(bus::Connection& bus, Description description);

    [[nodiscard]] const Identity& identity() const { return identity_; }

private:
    void answer(const bus::Message& question);

    bus::Connection& bus_;
    const Description description_;
    const Identity identity_;
    std::vector<std::unique_ptr<bus::Subscription>> subscriptions_;
};

}  // namespace lumos::service
