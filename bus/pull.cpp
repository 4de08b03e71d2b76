#include "bus/pull.h"

#include "bus/error.h"
#include "bus/jetstream_api.h"

#include <boost/json.hpp>

#include <algorithm>

namespace lumos::bus {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr milliseconds kExpires{30'000};
constexpr milliseconds kHeartbeat{1'000};
// The server's heartbeats are a second apart; a missing consumer is silent.
constexpr milliseconds kSilence{2'500};
constexpr milliseconds kVerifyLimit{2'000};
// After the server refused a request for a reason that may pass (too many waiting, a change of
// leader).
constexpr milliseconds kAfterRefusal{250};

// Requests that were served are remembered for a while: the server may count the same messages for
// another one.
constexpr std::size_t kRequestsKept = 16;

constexpr int kIdleHeartbeat = 100;
constexpr int kNoMessages = 404;
constexpr int kTimedOut = 408;

}  // namespace

Pull::Pull(LinkPtr link, PullOptions options)
    : link_(std::move(link)),
      options_(std::move(options)),
      inbox_name_(link_->new_inbox_name()),
      inbox_(link_, inbox_name_ + ".*"),
      heard_(steady_clock::now()),
      not_before_(heard_) {}

std::optional<Delivery> Pull::take(Deadline until, const std::stop_token& stop) {
    while (true) {
        if (link_->closed()) {
            throw BusUnavailable("the connection was lost: " + link_->events().why_closed());
        }
        if (inbox_.inbox().overflowed()) {
            throw BusUnavailable("more messages came than were asked for");
        }
        renew();
        auto incoming = inbox_.inbox().take(std::min(until, next_look()), stop);
        const auto now = steady_clock::now();
        if (incoming) {
            if (auto delivery = digest(std::move(*incoming))) {
                return delivery;
            }
            continue;
        }
        if (stop.stop_requested()) {
            return std::nullopt;
        }
        if (!link_->closed() && now - heard_ > kSilence) {
            verify();
        }
        if (now >= until && !link_->closed()) {
            return std::nullopt;
        }
    }
}

Deadline Pull::next_look() const {
    auto look = heard_ + kSilence + milliseconds(1);
    if (not_before_ > steady_clock::now()) {
        look = std::min(look, not_before_);
    }
    for (const auto& request : requests_) {
        if (request.lacking > 0) {
            look = std::min(look, request.ends - options_.renew_before);
        }
    }
    return std::max(look, steady_clock::now() + milliseconds(1));
}

void Pull::renew() {
    const auto now = steady_clock::now();
    // The server does not tell of every end, so an overdue request counts as ended.
    std::erase_if(requests_, [&](const Request& request) { return request.ends <= now; });
    while (requests_.size() > kRequestsKept && requests_.front().lacking == 0) {
        requests_.pop_front();
    }
    std::uint64_t to_come = 0;
    for (const auto& request : requests_) {
        to_come += request.ends - options_.renew_before > now ? request.lacking : 0;
    }
    if (to_come < options_.low_water && now >= not_before_) {
        request();
    }
}

bool Pull::asked() const {
    return std::any_of(requests_.begin(), requests_.end(), [](const Request& request) {
        return request.lacking > 0;
    });
}

void Pull::request() {
    if (!asked()) {
        heard_ = steady_clock::now();  // While nothing was asked for, silence means nothing.
    }
    const auto reply = inbox_name_ + "." + std::to_string(++requests_made_);
    const boost::json::object body{
        {"batch", options_.batch},
        {"expires", nanoseconds(kExpires).count()},
        {"idle_heartbeat", nanoseconds(kHeartbeat).count()}};
    requests_.push_back({reply, options_.batch, deadline_in(kExpires)});
    link_->publish(
        "$JS.API.CONSUMER.MSG.NEXT." + options_.stream + "." + options_.consumer,
        reply,
        boost::json::serialize(body));
}

std::optional<Delivery> Pull::digest(Incoming&& incoming) {
    heard_ = steady_clock::now();
    if (incoming.status != 0) {
        digest_status(incoming);
        return std::nullopt;
    }
    auto delivery = read_delivery(std::move(incoming));
    if (delivery) {
        const auto open = std::find_if(
            requests_.begin(), requests_.end(), [](const Request& r) { return r.lacking > 0; });
        if (open != requests_.end()) {
            --open->lacking;
        }
    }
    return delivery;
}

void Pull::digest_status(const Incoming& incoming) {
    if (incoming.status == kIdleHeartbeat) {
        return;
    }
    end_request(incoming);
    if (incoming.status == kNoMessages || incoming.status == kTimedOut) {
        return;
    }
    // 409 and whatever newer servers invent: the consumer may be gone, or this was asked at a bad
    // moment.
    not_before_ = deadline_in(kAfterRefusal);
    verify();
}

void Pull::end_request(const Incoming& incoming) {
    const auto ended = std::find_if(requests_.begin(), requests_.end(), [&](const Request& r) {
        return r.subject == incoming.subject;
    });
    if (ended == requests_.end()) {
        return;
    }
    // Messages do not say which request they serve: our count may have charged them to another one
    // than the server's.
    const auto counted = ended->lacking;
    auto lacked = ended->lacking;
    if (incoming.unserved) {
        lacked = std::min(*incoming.unserved, options_.batch);
    }
    requests_.erase(ended);
    for (auto& request : requests_) {
        const auto more =
            counted > lacked ? std::min(counted - lacked, options_.batch - request.lacking) : 0;
        const auto fewer = lacked > counted ? std::min(lacked - counted, request.lacking) : 0;
        request.lacking = request.lacking + more - fewer;
        lacked = lacked + more - fewer;
    }
}

void Pull::verify() {
    ask(*link_, "CONSUMER.INFO." + options_.stream + "." + options_.consumer, {}, kVerifyLimit);
    // It is there, but our requests may not be.
    requests_.clear();
    heard_ = steady_clock::now();
}

std::deque<Delivery> Pull::end() {
    inbox_.unsubscribe();
    std::deque<Delivery> left;
    while (auto incoming = inbox_.inbox().take_left_over()) {
        if (incoming->status != 0) {
            continue;
        }
        if (auto delivery = read_delivery(std::move(*incoming))) {
            left.push_back(std::move(*delivery));
        }
    }
    return left;
}

}  // namespace lumos::bus
