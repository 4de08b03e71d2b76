#pragma once
// The inside of a Connection, for bus/ only: the present link, who keeps it, and what has to be
// subscribed again.

#include "bus/connection.h"
#include "bus/link.h"
#include "bus/shared.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace lumos::bus {

// A handler, and whether it may still be called: the side that the library's thread sees.
// Thread-safe.
class HandlerGate {
public:
    HandlerGate(std::function<void(const Message&)> handler, Shared<Reporter> reporter)
        : handler_(std::move(handler)),
          reporter_(std::move(reporter)) {}

    void call(const Message& message);
    // The handler is not called any more once it returns true; false when a call did not end in
    // time. May be called by the handler itself, whose own call is not waited for.
    bool shut(Deadline until);
    // The same without a limit: what the handler uses is about to go.
    void shut();

private:
    std::function<void(const Message&)> handler_;
    Shared<Reporter> reporter_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_shut_ = false;
    std::thread::id running_;
};

// Everything that was subscribed: made again on each new link. Thread-safe.
class SubscriptionSet {
public:
    struct Entry {
        Entry(std::string subject, Shared<HandlerGate> gate);
        std::string subject;
        Shared<HandlerGate> gate;
        CallbackNumber<HandlerGate> number;
        LinkPtr link;
        SubscriptionHandle handle;
    };

    Entry& add(std::string subject, Shared<HandlerGate> gate);
    void remove(Entry& entry);
    // Throws what subscribing throws.
    void renew(const LinkPtr& link);
    void renew(Entry& entry, const LinkPtr& link);
    // Ends all: false when a handler did not end in time.
    bool shut_all(Deadline until);

    void shut_all();

private:
    static void make(Entry& entry, const LinkPtr& link);
    std::vector<Shared<HandlerGate>> gates();

    std::mutex mutex_;
    std::vector<std::unique_ptr<Entry>> entries_;
};

class Connection::Impl {
public:
    explicit Impl(ConnectionOptions options);
    ~Impl();
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    [[nodiscard]] ConnectionState state() const;
    bool wait_connected(std::chrono::milliseconds at_most) const;
    // The present link; throws BusUnavailable where there is none.
    [[nodiscard]] LinkPtr link() const;
    // The present link, or nothing within `at_most` or when stop is requested.
    [[nodiscard]] LinkPtr wait_link(
        std::chrono::milliseconds at_most, const std::stop_token& stop) const;
    std::unique_ptr<Subscription> subscribe(
        const std::string& subject, std::function<void(const Message&)> handler);
    void drain(std::chrono::milliseconds at_most);

private:
    void keep(const std::stop_token& stop);
    LinkPtr connect_once(const std::string& url);
    void announce(const LinkPtr& link);
    void announce_loss(const LinkPtr& link);
    void tell(
        const std::function<void(const ConnectionState&)>& listener, const ConnectionState& now);
    bool pause(std::chrono::milliseconds at_most, const std::stop_token& stop);
    void stop_keeping();

    const ConnectionOptions options_;
    const std::vector<std::string> urls_;
    Shared<Reporter> reporter_;
    Shared<SubscriptionSet> subscriptions_;
    mutable std::mutex mutex_;
    mutable std::condition_variable_any changed_;
    ConnectionState state_;
    LinkPtr link_;
    std::jthread keeper_;
};

}  // namespace lumos::bus
