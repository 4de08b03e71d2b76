#include "workers/notifier/webhook_sender.h"

#include "schemas/envelope.h"
#include "workers/notifier/signature.h"
#include "workers/shared/outbox/event_body.h"
#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/process.h"

namespace lumos::notifier {

namespace {

// A receiver has nothing to tell us but its status.
constexpr std::size_t kAnswerBytesMax = 1024 * 1024;

std::int64_t unix_seconds(Time time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

WebhookSender::WebhookSender(
    http::Client& client,
    http::AddressGuard guard,
    runtime::KeyRing keys,
    const runtime::Clock& clock)
    : client_(client),
      guard_(std::move(guard)),
      keys_(std::move(keys)),
      clock_(clock) {}

void WebhookSender::set_keys(runtime::KeyRing keys) {
    *keys_.lock() = std::move(keys);
}

runtime::Secret WebhookSender::secret_of(const sql::DeliveryChannel& channel) {
    const auto context = "channels/" + std::to_string(channel.id) + "/secret";
    return keys_.lock()->open({channel.secret_key, channel.secret_box}, context);
}

Outcome WebhookSender::send(const sql::ClaimedMessage& message) {
    const auto& event = message.deliveries.front().event;
    const auto now = clock_.now();
    http::Request request;
    request.method = "POST";
    request.url = message.channel.target;
    try {
        request.body = outbox::event_body(event);
    } catch (const std::exception& problem) {
        return {Answer::Rejected, std::string("the event cannot be sent: ") + problem.what()};
    }
    std::optional<std::string> signature;
    try {
        signature =
            sign_webhook(secret_of(message.channel), event.id, unix_seconds(now), request.body);
    } catch (const runtime::Permanent& problem) {
        // The key ring lacks a key: that is ours to put right, and then the message can still go.
        return {Answer::TryAgain, problem.what()};
    }
    if (!signature) {
        return {Answer::TryAgain, "the channel's secret is no whsec_ secret"};
    }
    request.headers = {
        {"content-type", std::string(schemas::kContentType)},
        {"user-agent", std::string("lumos-notifier/") + runtime::kVersion},
        {"webhook-id", event.id},
        {"webhook-timestamp", std::to_string(unix_seconds(now))},
        {"webhook-signature", *signature}};
    request.deadline = kWebhookDeadline;
    request.body_bytes_max = kAnswerBytesMax;
    request.may_connect = [this](std::string_view address) { return guard_.allows(address); };
    const auto response = client_.send(request);
    if (!response.answered()) {
        return {Answer::TryAgain, response.error};
    }
    return judge_http(response.status, http::find_header(response.headers, "retry-after"), now);
}

}  // namespace lumos::notifier
