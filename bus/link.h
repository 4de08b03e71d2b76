#pragma once
// One connection of the library, from its successful connect to its first loss: it never reconnects
// by itself, so that there is one road for every loss (bus/connection.cpp makes the next link),
// nothing is buffered in between, and who holds a link knows that it is still the same connection.
// For bus/ only. Thread-safe.

#include "bus/callback_targets.h"
#include "bus/connection.h"
#include "bus/handles.h"
#include "bus/inbox.h"
#include "bus/shared.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lumos::bus {

using Headers = std::vector<std::pair<const char*, std::string>>;

// Where errors go that belong to no call of ours. Never calls concurrently with itself.
// Thread-safe.
class Reporter {
public:
    explicit Reporter(std::function<void(const std::string&)> on_error)
        : on_error_(std::move(on_error)) {}

    void report(const std::string& what);
    // Nothing is reported after it returns.
    void silence();

private:
    std::mutex mutex_;
    std::function<void(const std::string&)> on_error_;
};

// What the library tells about a connection, kept apart from it so that a late callback finds no
// corpse. Thread-safe.
class LinkEvents {
public:
    explicit LinkEvents(Shared<Reporter> reporter) : reporter_(std::move(reporter)) {}

    void report(const std::string& what) { reporter_->report(what); }
    void mark_closed(const std::string& why);
    [[nodiscard]] bool closed() const;
    [[nodiscard]] std::string why_closed() const;
    // False when stop was requested first.
    bool wait_closed(const std::stop_token& stop);
    // Lets `at_most` pass, less where the link is lost: false then.
    bool pause(std::chrono::milliseconds at_most);
    // Closed together with the link, at once where it is closed already.
    void add(const Shared<Inbox>& inbox);

private:
    Shared<Reporter> reporter_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    bool closed_ = false;
    std::string why_;
    std::vector<std::weak_ptr<Inbox>> inboxes_;
};

class Link;
using LinkPtr = Shared<Link>;

// A subscription of one link that fills an inbox.
class LinkInbox {
public:
    LinkInbox(LinkPtr link, const std::string& subject);
    ~LinkInbox();
    LinkInbox(const LinkInbox&) = delete;
    LinkInbox& operator=(const LinkInbox&) = delete;

    [[nodiscard]] Inbox& inbox() const { return *inbox_; }
    // No more messages from now on; what came stays in the inbox.
    void unsubscribe();

private:
    LinkPtr link_;
    Shared<Inbox> inbox_;
    CallbackNumber<Inbox> number_;
    SubscriptionHandle subscription_;
};

class Replies;

class Link {
public:
    // Throws BusUnavailable with what the library says, within the options' connect timeout.
    static LinkPtr open(
        const ConnectionOptions& options, const std::string& url, const Shared<Reporter>& reporter);
    ~Link() = default;
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    [[nodiscard]] LinkEvents& events() const { return *events_; }
    [[nodiscard]] bool closed() const { return events_->closed(); }
    [[nodiscard]] const std::string& url() const { return url_; }
    [[nodiscard]] const std::string& nats_server() const { return nats_server_; }
    [[nodiscard]] std::int64_t client_id() const { return client_id_; }

    // Throws BusUnavailable, BusRefused.
    void publish(
        std::string_view subject,
        std::string_view reply,
        std::string_view body,
        const Headers& headers = {});
    void flush(std::chrono::milliseconds at_most);
    // The answer, or nothing at the deadline. An answer with status 503 says that nobody listens
    // there.
    std::optional<Incoming> request(
        std::string_view subject,
        std::string_view body,
        Deadline until,
        const Headers& headers = {});
    void close(const std::string& why);

    // A name below which nobody else receives.
    [[nodiscard]] std::string new_inbox_name() const;
    [[nodiscard]] natsConnection* raw() const { return connection_.get(); }

private:
    Link(
        const ConnectionOptions& options, const std::string& url, const Shared<Reporter>& reporter);
    Replies& replies();

    Shared<LinkEvents> events_;
    CallbackNumber<LinkEvents> number_;
    std::string inbox_prefix_;
    ConnectionHandle connection_;
    std::string url_;
    std::string nats_server_;
    std::int64_t client_id_ = 0;
    std::mutex replies_mutex_;
    std::unique_ptr<Replies> replies_;
};

// What nats.c says of a status, with its own last error on this thread where it has one.
[[nodiscard]] std::string describe(natsStatus status);
// Throws BusUnavailable or BusRefused, by what to do next; returns on NATS_OK.
void check(natsStatus status, std::string_view doing);

// A message of the library as ours; takes it over.
[[nodiscard]] Incoming take_over(natsMsg* message);

// Hexadecimal of random bytes.
[[nodiscard]] std::string random_name();

}  // namespace lumos::bus
