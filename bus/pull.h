#pragma once
// One consumer's messages, asked for in batches on one link. A request stands at the server before
// there is a message, so that a new one arrives without a round trip. For bus/ only. Not
// thread-safe: one thread takes.

#include "bus/delivery.h"
#include "bus/link.h"

#include <chrono>
#include <deque>
#include <optional>
#include <stop_token>
#include <string>

namespace lumos::bus {

struct PullOptions {
    std::string stream;
    std::string consumer;
    std::uint64_t batch = 1;
    // A new request is made when fewer than this many messages are still to come.
    std::uint64_t low_water = 1;
    // …or when the standing one ends within this time. 0: when it has ended.
    std::chrono::milliseconds renew_before{0};
};

class Pull {
public:
    Pull(LinkPtr link, PullOptions options);

    // The next message; nothing at the deadline and when stop is requested. Throws BusUnavailable
    // (the link was lost), StreamMissing (the consumer or its stream is gone: noticed within about
    // three seconds).
    std::optional<Delivery> take(Deadline until, const std::stop_token& stop = {});

    // No more messages after it; hands out what came already.
    std::deque<Delivery> end();

private:
    struct Request {
        std::string subject;
        std::uint64_t lacking;
        Deadline ends;
    };

    void renew();
    void request();
    [[nodiscard]] bool asked() const;
    std::optional<Delivery> digest(Incoming&& incoming);
    void digest_status(const Incoming& incoming);
    void end_request(const Incoming& incoming);
    void verify();
    [[nodiscard]] Deadline next_look() const;

    LinkPtr link_;
    PullOptions options_;
    std::string inbox_name_;
    LinkInbox inbox_;
    std::deque<Request> requests_;
    std::uint64_t requests_made_ = 0;
    Deadline heard_;
    Deadline not_before_;
};

}  // namespace lumos::bus
