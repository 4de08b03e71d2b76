#include "bus/link.h"

#include "bus/connect_guard.h"
#include "bus/error.h"
#include "bus/identity.h"
#include "bus/reconnect.h"
#include "bus/replies.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>

namespace lumos::bus {

namespace {

// A publish writes to the socket itself; a server that does not read must not hold it for longer.
constexpr std::int64_t kWriteMilliseconds = 2'000;
// So much longer than its own limit a connect may take before it is cut off.
constexpr std::chrono::milliseconds kConnectGrace{100};

CallbackTargets<LinkEvents>& event_targets() {
    static CallbackTargets<LinkEvents> targets;
    return targets;
}

CallbackTargets<Inbox>& inbox_targets() {
    static CallbackTargets<Inbox> targets;
    return targets;
}

// nats.c puts its own source line in front: "(conn.c:1742): ...".
std::string_view without_place(std::string_view text) {
    const auto end = text.find("): ");
    return text.starts_with('(') && end != std::string_view::npos ? text.substr(end + 3) : text;
}

std::string last_error_of(natsConnection* connection) {
    const char* text = nullptr;
    natsConnection_GetLastError(connection, &text);
    return text == nullptr ? "" : std::string(without_place(text));
}

void on_closed(natsConnection* connection, void* closure) {
    if (const auto events = event_targets().find(closure)) {
        const auto why = last_error_of(connection);
        events->mark_closed(why.empty() ? "closed by the other side" : why);
    }
}

void on_error(natsConnection* connection, natsSubscription*, natsStatus status, void* closure) {
    if (const auto events = event_targets().find(closure)) {
        const auto text = last_error_of(connection);
        events->report(text.empty() ? natsStatus_GetText(status) : text);
    }
}

void on_message(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
    auto incoming = take_over(message);
    if (const auto inbox = inbox_targets().find(closure)) {
        inbox->put(std::move(incoming));
    }
}

std::string without_user(const std::string& url) {
    const auto scheme = url.find("://");
    const auto start = scheme == std::string::npos ? 0 : scheme + 3;
    const auto at = url.rfind('@');
    return at == std::string::npos || at < start ? url : url.substr(0, start) + url.substr(at + 1);
}

// Who connects. A credentials file that cannot be read names nobody: the library says why when it
// reads it.
std::string name_of(const ConnectionOptions& options) {
    std::ifstream file(options.creds_file);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return name_in_credentials(text).value_or(options.user);
}

int milliseconds_of(std::chrono::milliseconds duration) {
    return static_cast<int>(std::clamp<std::int64_t>(duration.count(), 1, 1'000'000));
}

void set_identity(natsOptions* made, const ConnectionOptions& options) {
    if (!options.creds_file.empty()) {
        check(
            natsOptions_SetUserCredentialsFromFiles(made, options.creds_file.c_str(), nullptr),
            "use the credentials file");
    }
    if (!options.user.empty()) {
        check(
            natsOptions_SetUserInfo(made, options.user.c_str(), options.password.c_str()),
            "use the user's password");
    }
}

void set_tls(natsOptions* made, const ConnectionOptions& options, const std::string& url) {
    // A server may ask for TLS although the address does not.
    check(
        natsOptions_SetExpectedHostname(made, host_of(url).c_str()),
        "expect the server's name in its certificate");
    if (url.starts_with("tls://") || !options.ca_file.empty()) {
        check(natsOptions_SetSecure(made, true), "use TLS");
    }
    if (!options.ca_file.empty()) {
        check(
            natsOptions_LoadCATrustedCertificates(made, options.ca_file.c_str()),
            "read the certificates in " + options.ca_file);
    }
}

OptionsHandle make_options(
    const ConnectionOptions& options, const std::string& url, void* closure) {
    natsOptions* raw = nullptr;
    check(natsOptions_Create(&raw), "start the NATS library");
    OptionsHandle made(raw);
    check(natsOptions_SetURL(raw, url.c_str()), "use " + without_user(url));
    check(natsOptions_SetAllowReconnect(raw, false), "set options");
    check(natsOptions_SetTimeout(raw, milliseconds_of(options.connect_timeout)), "set options");
    check(natsOptions_SetName(raw, options.name.c_str()), "set options");
    check(natsOptions_SetPingInterval(raw, milliseconds_of(options.ping_interval)), "set options");
    check(natsOptions_SetMaxPingsOut(raw, options.pings_outstanding_max), "set options");
    check(natsOptions_SetSendAsap(raw, true), "set options");
    check(natsOptions_SetWriteDeadline(raw, kWriteMilliseconds), "set options");
    check(natsOptions_SetClosedCB(raw, &on_closed, closure), "set options");
    check(natsOptions_SetErrorHandler(raw, &on_error, closure), "set options");
    set_tls(raw, options, url);
    set_identity(raw, options);
    return made;
}

bool is_our_mistake(natsStatus status) {
    return status == NATS_INVALID_SUBJECT || status == NATS_INVALID_ARG ||
           status == NATS_MAX_PAYLOAD;
}

}  // namespace

std::string describe(natsStatus status) {
    natsStatus last = NATS_OK;
    const char* text = nats_GetLastError(&last);
    if (last == status && text != nullptr && *text != '\0') {
        return std::string(without_place(text));
    }
    return natsStatus_GetText(status);
}

void check(natsStatus status, std::string_view doing) {
    if (status == NATS_OK) {
        return;
    }
    const auto what = "cannot " + std::string(doing) + ": " + describe(status);
    if (is_our_mistake(status)) {
        throw BusRefused(what);
    }
    throw BusUnavailable(what);
}

Incoming take_over(natsMsg* message) {
    const MessageHandle owned(message);
    Incoming incoming;
    incoming.subject = natsMsg_GetSubject(message);
    if (const char* reply = natsMsg_GetReply(message)) {
        incoming.reply = reply;
    }
    if (const auto size = natsMsg_GetDataLength(message); size > 0) {
        incoming.body.assign(natsMsg_GetData(message), static_cast<std::size_t>(size));
    }
    const char* text = nullptr;
    if (natsMsgHeader_Get(message, "Status", &text) == NATS_OK) {
        const std::string_view status(text);
        std::from_chars(status.data(), status.data() + status.size(), incoming.status);
    }
    if (natsMsgHeader_Get(message, "Description", &text) == NATS_OK) {
        incoming.description = text;
    }
    if (natsMsgHeader_Get(message, "Nats-Pending-Messages", &text) == NATS_OK) {
        const std::string_view unserved(text);
        std::from_chars(
            unserved.data(), unserved.data() + unserved.size(), incoming.unserved.emplace());
    }
    return incoming;
}

std::string random_name() {
    std::array<unsigned char, 12> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    std::array<char, 2 * bytes.size() + 1> text{};
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    return text.data();
}

void Reporter::report(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (on_error_) {
        on_error_(what);
    }
}

void Reporter::silence() {
    const std::lock_guard lock(mutex_);
    on_error_ = nullptr;
}

void LinkEvents::mark_closed(const std::string& why) {
    std::vector<std::weak_ptr<Inbox>> inboxes;
    {
        const std::lock_guard lock(mutex_);
        if (!closed_) {
            closed_ = true;
            why_ = why;
        }
        inboxes.swap(inboxes_);
    }
    changed_.notify_all();
    for (const auto& weak : inboxes) {
        if (const auto inbox = weak.lock()) {
            inbox->close();
        }
    }
}

bool LinkEvents::closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
}

std::string LinkEvents::why_closed() const {
    const std::lock_guard lock(mutex_);
    return why_;
}

bool LinkEvents::wait_closed(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    return changed_.wait(lock, stop, [this] { return closed_; });
}

bool LinkEvents::pause(std::chrono::milliseconds at_most) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_until(lock, deadline_in(at_most), [this] { return closed_; });
}

void LinkEvents::add(const Shared<Inbox>& inbox) {
    {
        const std::lock_guard lock(mutex_);
        if (!closed_) {
            std::erase_if(inboxes_, [](const auto& weak) { return weak.expired(); });
            inboxes_.emplace_back(inbox);
            return;
        }
    }
    inbox->close();
}

LinkInbox::LinkInbox(LinkPtr link, const std::string& subject)
    : link_(std::move(link)),
      inbox_(make_shared_with<Inbox>()),
      number_(inbox_targets(), inbox_) {
    natsSubscription* raw = nullptr;
    check(
        natsConnection_Subscribe(
            &raw, link_->raw(), subject.c_str(), &on_message, number_.closure()),
        "subscribe " + subject);
    subscription_.reset(raw);
    link_->events().add(inbox_);
}

LinkInbox::~LinkInbox() = default;

void LinkInbox::unsubscribe() {
    natsSubscription_Unsubscribe(subscription_.get());
}

namespace {

// The library's words for what TLS ends with help nobody to put it right.
void check_connect(natsStatus status, const std::string& url) {
    const auto where = without_user(url);
    if (status == NATS_SSL_ERROR) {
        throw BusUnavailable(
            "TLS with " + where + ": " + describe(status) +
            "; the certificate must be valid, bear the name " + host_of(where) +
            " and be signed by whom LUMOS_NATS_CA names (by default whom the system trusts)");
    }
    if (status == NATS_SECURE_CONNECTION_WANTED) {
        throw BusUnavailable(where + " has no TLS, and nothing is sent there in the clear");
    }
    check(status, "connect to " + where);
}

}  // namespace

LinkPtr Link::open(
    const ConnectionOptions& options, const std::string& url, const Shared<Reporter>& reporter) {
    return LinkPtr(new Link(options, url, reporter));  // allow: the constructor is private
}

Link::Link(
    const ConnectionOptions& options, const std::string& url, const Shared<Reporter>& reporter)
    : events_(make_shared_with<LinkEvents>(reporter)),
      number_(event_targets(), events_),
      inbox_prefix_(inbox_prefix(name_of(options))) {
    const auto made = make_options(options, url, number_.closure());
    natsConnection* raw = nullptr;
    {
        const ConnectGuard guard(port_of(url), options.connect_timeout + kConnectGrace);
        check_connect(natsConnection_Connect(&raw, made.get()), url);
    }
    connection_.reset(raw);
    std::array<char, 256> text{};
    if (natsConnection_GetConnectedUrl(raw, text.data(), text.size()) == NATS_OK) {
        url_ = without_user(text.data());
    }
    if (natsConnection_GetConnectedServerId(raw, text.data(), text.size()) == NATS_OK) {
        nats_server_ = text.data();
    }
    std::uint64_t id = 0;
    if (natsConnection_GetClientID(raw, &id) == NATS_OK) {
        client_id_ = static_cast<std::int64_t>(id);
    }
}

void Link::publish(
    std::string_view subject,
    std::string_view reply,
    std::string_view body,
    const Headers& headers) {
    natsMsg* raw = nullptr;
    check(
        natsMsg_Create(
            &raw,
            std::string(subject).c_str(),
            reply.empty() ? nullptr : std::string(reply).c_str(),
            body.data(),
            static_cast<int>(body.size())),
        "make a message");
    const MessageHandle message(raw);
    for (const auto& [key, value] : headers) {
        check(natsMsgHeader_Set(raw, key, value.c_str()), "set a header");
    }
    const auto status = natsConnection_PublishMsg(connection_.get(), raw);
    if (status != NATS_OK && !is_our_mistake(status)) {
        // Half a message may have been written: nothing after it would be understood.
        close("a write failed: " + describe(status));
    }
    check(status, "publish to " + std::string(subject));
}

void Link::flush(std::chrono::milliseconds at_most) {
    check(natsConnection_FlushTimeout(connection_.get(), milliseconds_of(at_most)), "flush");
}

std::optional<Incoming> Link::request(
    std::string_view subject, std::string_view body, Deadline until, const Headers& headers) {
    auto& waiting = replies();
    Replies::Expected expected(waiting);
    publish(subject, expected.subject(), body, headers);
    return expected.wait(until);
}

Replies& Link::replies() {
    const std::lock_guard lock(replies_mutex_);
    if (!replies_) {
        replies_ = std::make_unique<Replies>(connection_.get(), *events_, new_inbox_name());
    }
    return *replies_;
}

void Link::close(const std::string& why) {
    events_->mark_closed(why);
    natsConnection_Close(connection_.get());
}

std::string Link::new_inbox_name() const {
    return inbox_prefix_ + "." + random_name();
}

}  // namespace lumos::bus
