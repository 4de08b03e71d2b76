#include "bus/connection.h"

#include "bus/connection_impl.h"
#include "bus/error.h"
#include "bus/jetstream_api.h"
#include "bus/reconnect.h"
#include "schemas/envelope.h"

#include <sodium.h>

#include <algorithm>

namespace lumos::bus {

namespace {

Headers content_type(std::string_view body) {
    if (body.empty()) {
        return {};
    }
    return {{"content-type", std::string(schemas::kContentType)}};
}

ConnectionOptions checked(ConnectionOptions options) {
    if (sodium_init() < 0) {
        throw BusRefused("libsodium does not start");
    }
    if (options.connect_timeout.count() <= 0 || options.reconnect_wait_first.count() <= 0 ||
        options.reconnect_wait_max < options.reconnect_wait_first ||
        options.ping_interval.count() <= 0 || options.pings_outstanding_max < 1) {
        throw BusRefused("a limit of the connection to NATS is not positive, or out of order");
    }
    return options;
}

}  // namespace

Connection::Impl::Impl(ConnectionOptions options)
    : options_(checked(std::move(options))),
      urls_(split_urls(options_.urls)),
      reporter_(make_shared_with<Reporter>(options_.on_error)),
      subscriptions_(make_shared_with<SubscriptionSet>()),
      keeper_([this](const std::stop_token& stop) { keep(stop); }) {}

Connection::Impl::~Impl() {
    stop_keeping();
    subscriptions_->shut_all();
}

void Connection::Impl::stop_keeping() {
    keeper_.request_stop();
    if (keeper_.joinable()) {
        keeper_.join();
    }
    reporter_->silence();
    LinkPtr last;
    const std::lock_guard lock(mutex_);
    state_.connected = false;
    last.swap(link_);
}

// One road for every loss: whatever ended the link, the next one is made here, and nobody else
// makes one.
void Connection::Impl::keep(const std::stop_token& stop) {
    std::size_t next = 0;
    std::int64_t round = 0;
    while (!stop.stop_requested()) {
        const auto link = connect_once(urls_[next % urls_.size()]);
        if (link) {
            const auto since = std::chrono::steady_clock::now();
            announce(link);
            if (!link->events().wait_closed(stop)) {
                return;
            }
            announce_loss(link);
            // A server that accepts and closes at once must not be asked without a pause.
            const auto lasted = std::chrono::steady_clock::now() - since;
            round = lasted > options_.reconnect_wait_max ? 0 : round;
        } else {
            ++next;
        }
        if (link || next % urls_.size() == 0) {
            const auto wait = reconnect_wait(
                options_.reconnect_wait_first,
                options_.reconnect_wait_max,
                ++round,
                random_share());
            if (!pause(wait, stop)) {
                return;
            }
        }
    }
}

LinkPtr Connection::Impl::connect_once(const std::string& url) {
    {
        const std::lock_guard lock(mutex_);
        ++state_.attempt;
    }
    try {
        auto link = Link::open(options_, url, reporter_);
        subscriptions_->renew(link);
        return link;
    } catch (const std::runtime_error& failure) {
        // Also what can never succeed, such as a credentials file that is missing: it may be put
        // right at any time.
        const std::lock_guard lock(mutex_);
        state_.last_error = failure.what();
        return nullptr;
    }
}

void Connection::Impl::announce(const LinkPtr& link) {
    ConnectionState now;
    {
        const std::lock_guard lock(mutex_);
        link_ = link;
        state_.connected = true;
        state_.url = link->url();
        state_.nats_server = link->nats_server();
        state_.client_id = link->client_id();
        state_.attempt = 0;
        state_.last_error.clear();
        now = state_;
    }
    // Whoever subscribed while this link was being made was not in its list.
    try {
        subscriptions_->renew(link);
    } catch (const std::runtime_error& failure) {
        link->close(failure.what());
    }
    changed_.notify_all();
    tell(options_.on_connected, now);
}

void Connection::Impl::announce_loss(const LinkPtr& link) {
    ConnectionState now;
    {
        const std::lock_guard lock(mutex_);
        link_.reset();
        state_.connected = false;
        state_.last_error = link->events().why_closed();
        now = state_;
    }
    changed_.notify_all();
    tell(options_.on_disconnected, now);
}

void Connection::Impl::tell(
    const std::function<void(const ConnectionState&)>& listener, const ConnectionState& now) {
    if (!listener) {
        return;
    }
    try {
        listener(now);
    } catch (const std::exception& failure) {
        reporter_->report(std::string("listener of the connection: ") + failure.what());
    }
}

bool Connection::Impl::pause(std::chrono::milliseconds at_most, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, deadline_in(at_most), [] { return false; });
    return !stop.stop_requested();
}

ConnectionState Connection::Impl::state() const {
    const std::lock_guard lock(mutex_);
    auto state = state_;
    state.connected = link_ != nullptr && !link_->closed();
    return state;
}

bool Connection::Impl::wait_connected(std::chrono::milliseconds at_most) const {
    return wait_link(at_most, {}) != nullptr;
}

LinkPtr Connection::Impl::link() const {
    const std::lock_guard lock(mutex_);
    if (link_ && !link_->closed()) {
        return link_;
    }
    throw BusUnavailable(
        state_.last_error.empty() ? "not connected to NATS"
                                  : "not connected to NATS: " + state_.last_error);
}

LinkPtr Connection::Impl::wait_link(
    std::chrono::milliseconds at_most, const std::stop_token& stop) const {
    std::unique_lock lock(mutex_);
    changed_.wait_until(
        lock, stop, deadline_in(at_most), [this] { return link_ != nullptr && !link_->closed(); });
    return link_ && !link_->closed() ? link_ : nullptr;
}

void Connection::Impl::drain(std::chrono::milliseconds at_most) {
    const auto until = deadline_in(at_most);
    LinkPtr last;
    {
        const std::lock_guard lock(mutex_);
        last = link_;
    }
    subscriptions_->shut_all(until);
    stop_keeping();
    if (last && !last->closed()) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            until - std::chrono::steady_clock::now());
        try {
            last->flush(std::max(left, std::chrono::milliseconds(1)));
        } catch (const BusUnavailable&) {  // It is being closed: what could not be sent is lost
                                           // either way.
            last->events().mark_closed("drained, not everything was sent");
        }
        last->close("drained");
    }
}

Connection::Connection(ConnectionOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
Connection::~Connection() = default;

ConnectionState Connection::state() const {
    return impl_->state();
}

bool Connection::wait_connected(std::chrono::milliseconds at_most) const {
    return impl_->wait_connected(at_most);
}

void Connection::publish(std::string_view subject, std::string_view body) {
    impl_->link()->publish(subject, {}, body, content_type(body));
}

void Connection::flush(std::chrono::milliseconds at_most) {
    impl_->link()->flush(at_most);
}

PublishAck Connection::publish_acknowledged(
    std::string_view subject,
    std::string_view body,
    std::string_view message_id,
    std::chrono::milliseconds at_most) {
    auto headers = content_type(body);
    if (!message_id.empty()) {
        headers.emplace_back("Nats-Msg-Id", message_id);
    }
    const auto answer = impl_->link()->request(subject, body, deadline_in(at_most), headers);
    if (!answer) {
        throw BusUnavailable("no acknowledgement for " + std::string(subject));
    }
    if (answer->status == kNoResponders) {
        throw StreamMissing("no stream takes " + std::string(subject));
    }
    return read_publish_ack(answer->body);
}

void Connection::answer(const Message& question, std::string_view body) {
    impl_->link()->publish(question.reply, "", body);
}

std::string Connection::request(
    std::string_view subject, std::string_view body, std::chrono::milliseconds at_most) {
    // Without headers: NATS takes them for a part of what is asked of itself.
    auto answer = impl_->link()->request(subject, body, deadline_in(at_most));
    if (!answer || answer->status == kNoResponders) {
        throw BusUnavailable("no answer from " + std::string(subject));
    }
    return std::move(answer->body);
}

std::vector<std::string> Connection::gather(
    std::string_view subject, std::chrono::milliseconds at_most) {
    constexpr std::size_t kAnswersMax = 1'000;
    const auto link = impl_->link();
    const auto inbox = link->new_inbox_name();
    const LinkInbox answers(link, inbox);
    link->publish(subject, inbox, "");
    const auto until = deadline_in(at_most);
    std::vector<std::string> bodies;
    while (bodies.size() < kAnswersMax) {
        auto answer = answers.inbox().take(until);
        if (!answer) {
            break;
        }
        if (answer->status == 0) {
            bodies.push_back(std::move(answer->body));
        }
    }
    return bodies;
}

std::unique_ptr<Subscription> Connection::subscribe(
    const std::string& subject, std::function<void(const Message&)> handler) {
    return impl_->subscribe(subject, std::move(handler));
}

void Connection::drain(std::chrono::milliseconds at_most) {
    impl_->drain(at_most);
}

}  // namespace lumos::bus
