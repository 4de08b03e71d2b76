#pragma once
// Webhooks by Standard Webhooks 1.0.0: the event as the bus has it, signed with the channel's
// secret, under the event's id. Thread-safe.

#include "workers/notifier/sender.h"
#include "workers/shared/http/address_guard.h"
#include "workers/shared/http/client.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/guarded.h"
#include "workers/shared/runtime/secret_box.h"

namespace lumos::notifier {

class WebhookSender final : public Sender {
public:
    WebhookSender(
        http::Client& client,
        http::AddressGuard guard,
        runtime::KeyRing keys,
        const runtime::Clock& clock);

    [[nodiscard]] Outcome send(const sql::ClaimedMessage& message) override;
    // The next messages' secrets are opened with these.
    void set_keys(runtime::KeyRing keys);

private:
    [[nodiscard]] runtime::Secret secret_of(const sql::DeliveryChannel& channel);

    http::Client& client_;
    http::AddressGuard guard_;
    runtime::Guarded<runtime::KeyRing> keys_;
    const runtime::Clock& clock_;
};

}  // namespace lumos::notifier
