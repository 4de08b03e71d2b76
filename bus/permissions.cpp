#include "bus/permissions.h"

#include "bus/error.h"
#include "bus/stream_configs.h"
#include "bus/streams.h"
#include "schemas/agent_messages.h"
#include "schemas/subjects.h"

#include <algorithm>

namespace lumos::bus {

namespace {

using Subjects = std::vector<std::string>;

const std::string kApi = "$JS.API.";

constexpr std::string_view kCertificatesTicks = "certificates_ticks";
constexpr std::string_view kCertificatesJobs = "certificates_jobs";

constexpr std::string_view kEvents = "lumos.event.>";
constexpr std::string_view kZoneChecks = "lumos.job.*.zone.*.check";
constexpr std::string_view kServerChecks = "lumos.job.*.server.*.check";
constexpr std::string_view kNotifications = "lumos.job.*.channel.*.notify";
constexpr std::string_view kCertificateJobs = "lumos.job.*.domain.*.certificate";

// A heartbeat and its headers; and one subscription, with room for a client that makes an inbox
// which it never uses.
constexpr std::int64_t kAgentPayload = 2 * static_cast<std::int64_t>(schemas::kHeartbeatBytesMax);
constexpr std::int64_t kAgentSubscriptions = 8;

// A subscriber asks for messages and acknowledges them; it sends nothing of its own.
constexpr std::int64_t kSubscriberPayload = 4 * 1024;
constexpr std::int64_t kSubscriberSubscriptions = 64;

Subjects operator+(Subjects left, const Subjects& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

// Each process makes the streams that it needs where they are missing, with their durables.
Subjects making(std::string_view stream) {
    const std::string name(stream);
    Subjects subjects{kApi + "STREAM.INFO." + name, kApi + "STREAM.CREATE." + name};
    for (const auto& durable : stream_config(stream).durables) {
        const auto consumer = name + "." + std::string(durable.name);
        subjects.push_back(kApi + "CONSUMER.INFO." + consumer);
        subjects.push_back(kApi + "CONSUMER.DURABLE.CREATE." + consumer);
    }
    return subjects;
}

// Taking wake-ups of one durable, and burying what cannot be dealt with.
Subjects taking(std::string_view stream, std::string_view durable) {
    const auto consumer = std::string(stream) + "." + std::string(durable);
    return Subjects{
               kApi + "CONSUMER.MSG.NEXT." + consumer,
               kApi + "CONSUMER.INFO." + consumer,
               "$JS.ACK." + consumer + ".>",
               "lumos.dead." + std::string(durable) + ".>"} +
           making(kDeadStream);
}

// Through a consumer of its own, which NATS names with a token that no pattern can narrow: no other
// process has consumers there.
Subjects reading(std::string_view stream) {
    const std::string name(stream);
    return making(stream) + Subjects{
                                kApi + "CONSUMER.CREATE." + name + ".*.lumos.>",
                                kApi + "CONSUMER.INFO." + name + ".*",
                                kApi + "CONSUMER.DELETE." + name + ".*",
                                kApi + "CONSUMER.MSG.NEXT." + name + ".*"};
}

// Making, looking at and removing durables of others: no pattern narrows a part of a token.
Subjects keeping_consumers(std::string_view stream) {
    const std::string name(stream);
    return {
        kApi + "CONSUMER.NAMES." + name,
        kApi + "CONSUMER.INFO." + name + ".*",
        kApi + "CONSUMER.DURABLE.CREATE." + name + ".*",
        kApi + "CONSUMER.DELETE." + name + ".*"};
}

Subjects publishing(std::initializer_list<std::string_view> subjects) {
    return {subjects.begin(), subjects.end()};
}

// Who is there, by NATS's protocol for services.
const Subjects& asking() {
    static const Subjects all{
        "$SRV.PING", "$SRV.PING.>", "$SRV.INFO", "$SRV.INFO.>", "$SRV.STATS", "$SRV.STATS.>"};
    return all;
}

// Its answers, and what it listens to besides; each subject once, in order.
Kind kind(std::string_view name, std::string_view does, Subjects publish, Subjects subscribe = {}) {
    std::sort(publish.begin(), publish.end());
    publish.erase(std::unique(publish.begin(), publish.end()), publish.end());
    subscribe.insert(subscribe.begin(), inbox_prefix(name) + ".>");
    Permissions permissions;
    permissions.publish_allow = std::move(publish);
    permissions.subscribe_allow = std::move(subscribe);
    permissions.connection_types = {"STANDARD"};
    return {name, does, std::move(permissions)};
}

Kind presence() {
    return kind(
        "presence",
        "hears agents and NATS, beats, tells of servers, asks for checks",
        publishing({"lumos.bus.beat.>", kEvents, kServerChecks, kZoneChecks, kNotifications}) +
            reading(kAgentStream) + reading(kBusStream) + making(kEventStream) +
            making(kJobStream));
}

Kind scheduler() {
    return kind(
        "scheduler", "ticks", publishing({schemas::subjects::kTick}) + making(kCycleStream));
}

Kind failover() {
    return kind(
        "failover",
        "takes ticks and checks, calls agents, tells of domains",
        publishing({"lumos.agent.*.*.call", kEvents, kServerChecks, kZoneChecks, kNotifications}) +
            making(kCycleStream) + taking(kCycleStream, kFailoverTicks) + making(kJobStream) +
            taking(kJobStream, kFailoverChecks) + making(kEventStream));
}

Kind notifier() {
    return kind(
        "notifier",
        "takes notifications, tells of deliveries",
        publishing({kEvents, kNotifications}) + making(kJobStream) +
            taking(kJobStream, kNotifierJobs) + making(kEventStream));
}

Kind certificates() {
    return kind(
        "certificates",
        "takes ticks and certificate jobs, tells of certificates",
        publishing({kEvents, kCertificateJobs, kNotifications}) + making(kCycleStream) +
            taking(kCycleStream, kCertificatesTicks) + making(kJobStream) +
            taking(kJobStream, kCertificatesJobs) + making(kEventStream));
}

Kind console() {
    return kind(
        "console",
        "tells what people did, asks for checks and test notifications, makes subscribers' "
        "consumers",
        publishing({kEvents, kServerChecks, kZoneChecks, kNotifications}) + making(kEventStream) +
            making(kJobStream) + keeping_consumers(kEventStream) + asking());
}

// A process that answers who asks how it does (workers/shared/service), and nobody else.
Kind serving(Kind kind) {
    const std::string mine = "$SRV.*.lumos-" + std::string(kind.name);
    // Each verb by itself: NATS lets "$SRV.*" subscribe "$SRV.>", too.
    for (const auto& subject :
         {std::string("$SRV.PING"),
          std::string("$SRV.INFO"),
          std::string("$SRV.STATS"),
          mine,
          mine + ".*"}) {
        kind.permissions.subscribe_allow.push_back(subject);
    }
    kind.permissions.answers = true;
    return kind;
}

const Subjects& looking() {
    static const Subjects all{
        kApi + "INFO",
        kApi + "STREAM.NAMES",
        kApi + "STREAM.LIST",
        kApi + "STREAM.INFO.*",
        kApi + "STREAM.MSG.GET.*",
        kApi + "CONSUMER.NAMES.*",
        kApi + "CONSUMER.LIST.*",
        kApi + "CONSUMER.INFO.*.*",
        "$SYS.REQ.ACCOUNT.PING.CONNZ"};
    return all;
}

Kind ctl() {
    return kind(
        "ctl",
        "an operator who looks: follows everything, changes nothing",
        looking() + asking(),
        {"lumos.>", "$JS.EVENT.ADVISORY.>"});
}

Kind admin() {
    return kind(
        "admin",
        "an operator who repairs streams; publishes nothing of ours",
        Subjects{kApi + ">", "$SYS.REQ.ACCOUNT.PING.CONNZ"} + asking(),
        {"lumos.>", "$JS.EVENT.ADVISORY.>"});
}

std::string listed(const Subjects& subjects) {
    std::string text;
    for (const auto& subject : subjects) {
        text += (text.empty() ? "`" : " `") + subject + "`";
    }
    return text;
}

void add_row(std::string& text, std::string_view name, const Permissions& permissions) {
    text.append("| `").append(name).append("` | ");
    text.append(listed(permissions.publish_allow)).append(" | ");
    text.append(listed(permissions.subscribe_allow)).append(" |\n");
}

}  // namespace

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> all{
        serving(presence()),
        serving(scheduler()),
        serving(failover()),
        serving(notifier()),
        serving(certificates()),
        serving(console()),
        ctl(),
        admin()};
    return all;
}

const Kind& kind_named(std::string_view name) {
    std::string names;
    for (const auto& kind : kinds()) {
        if (kind.name == name) {
            return kind;
        }
        names.append(names.empty() ? "" : ", ").append(kind.name);
    }
    throw BusRefused("there is no kind of process \"" + std::string(name) + "\"; use " + names);
}

Permissions agent_permissions() {
    Permissions permissions;
    permissions.publish_allow = {"lumos.agent.{{name()}}.heartbeat"};
    permissions.subscribe_allow = {"lumos.agent.{{name()}}.call"};
    permissions.connection_types = {"STANDARD", "WEBSOCKET"};
    permissions.payload_max = kAgentPayload;
    permissions.subscriptions_max = kAgentSubscriptions;
    return permissions;
}

Permissions subscriber_permissions() {
    // A whole token each: within one, NATS 2.9 replaces nothing.
    const auto consumer = std::string(kEventStream) + ".{{tag(consumer)}}";
    Permissions permissions;
    permissions.publish_allow = {
        "$JS.ACK." + consumer + ".>",
        kApi + "CONSUMER.INFO." + consumer,
        kApi + "CONSUMER.MSG.NEXT." + consumer};
    permissions.subscribe_allow = {"{{tag(inbox)}}.>", "lumos.event.{{tag(account)}}.>"};
    permissions.connection_types = {"STANDARD", "WEBSOCKET"};
    permissions.payload_max = kSubscriberPayload;
    permissions.subscriptions_max = kSubscriberSubscriptions;
    return permissions;
}

std::string subscriber_name(std::string_view account, std::string_view subscriber) {
    return std::string(account) + "_" + std::string(subscriber);
}

Permissions revoker_permissions(std::string_view account) {
    Permissions permissions;
    permissions.publish_allow = {
        "$SYS.REQ.ACCOUNT." + std::string(account) + ".CLAIMS.LOOKUP", "$SYS.REQ.CLAIMS.UPDATE"};
    permissions.subscribe_allow = {inbox_prefix(kRevoker) + ".>"};
    permissions.connection_types = {"STANDARD"};
    return permissions;
}

std::string inbox_prefix(std::string_view name) {
    return name.empty() ? "_INBOX" : "_INBOX_" + std::string(name);
}

std::string permissions_text() {
    std::string text = "| who | does |\n|---|---|\n";
    for (const auto& kind : kinds()) {
        text.append("| `").append(kind.name).append("` | ").append(kind.does).append(" |\n");
    }
    text += "\n| who | may publish | may subscribe |\n|---|---|---|\n";
    for (const auto& kind : kinds()) {
        add_row(text, kind.name, kind.permissions);
    }
    add_row(text, "<account>.<server>", agent_permissions());
    add_row(text, "<account>_<subscriber>", subscriber_permissions());
    add_row(text, kRevoker, revoker_permissions("<LUMOS>"));
    return text;
}

}  // namespace lumos::bus
