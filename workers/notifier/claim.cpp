#include "workers/notifier/claim.h"

#include "workers/notifier/claim_rule.h"
#include "workers/notifier/sender.h"

namespace lumos::notifier {

namespace {

ChannelState state_of(const sql::DueOfChannel& found, std::size_t messages_max) {
    ChannelState state{
        .is_mail = found.kind == "email", .due = {}, .lately = {}, .messages_max = messages_max};
    for (const auto& delivery : found.due) {
        state.due.push_back({delivery.id, delivery.alert});
    }
    for (const auto& lately : found.lately) {
        state.lately[lately.alert] = {lately.deliveries, lately.under_way, lately.seconds_since};
    }
    return state;
}

}  // namespace

std::chrono::milliseconds send_limit(const std::string& channel_kind) {
    return channel_kind == "email" ? kMailSendLimit : kWebhookSendLimit;
}

std::vector<sql::ClaimedMessage> claim_messages(
    sql::DeliveryStore& store, std::int64_t channel_id, std::size_t messages_max) {
    return store.claim(
        channel_id, {.due_max = 200, .lately = kBusyWithin}, [&](const sql::DueOfChannel& found) {
            return sql::Choice{
                choose_messages(state_of(found, messages_max)), send_limit(found.kind)};
        });
}

}  // namespace lumos::notifier
