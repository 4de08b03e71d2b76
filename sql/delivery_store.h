#pragma once
// Deliveries as the notifier works on them: found channel by channel, claimed before they are sent,
// and closed by the attempt that sent them only. Each method is one transaction in a session of the
// pool; thread-safe. Throws what sql/error.h names.

#include "sql/event_store.h"
#include "sql/stored_event.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace lumos::sql {

class Pool;

struct DueDelivery {
    std::string id;
    std::string alert;
};

// What a channel did a moment ago with one alert: sent, or in the hands of a worker now.
struct LatelySent {
    std::string alert;
    std::int64_t deliveries = 0;
    bool under_way = false;
    std::optional<double> seconds_since;  // The newest that was sent.
};

struct DueOfChannel {
    std::string kind;              // email | webhook
    std::vector<DueDelivery> due;  // Oldest first.
    std::vector<LatelySent> lately;
};

// What to take of it: each group becomes one message, its first delivery leads.
struct Choice {
    std::vector<std::vector<std::string>> groups;
    std::chrono::milliseconds send_limit{
        0};  // Within this it is sent and recorded, or it is due again.
};

struct DeliveryChannel {
    std::int64_t id = 0;
    std::string account;  // Slugs.
    std::string slug;
    std::string kind;
    std::string target;
    std::string secret_key;  // Of webhooks: sealed, see runtime/secret_box.h.
    std::string secret_box;
};

struct ClaimedDelivery {
    std::string id;
    std::int64_t account_id = 0;  // The channel's.
    std::int64_t attempt = 0;
    std::chrono::milliseconds age{0};  // Since it was recorded, at the claim.
    StoredEvent event;
};

struct ClaimedMessage {
    DeliveryChannel channel;
    std::vector<ClaimedDelivery> deliveries;  // Several: one mail lists them all. The first leads.
};

struct DeliveryResult {
    enum class State { Sent, Retry, Dead };
    std::string id;
    std::int64_t attempt = 0;
    State state = State::Retry;
    std::string error;
    std::chrono::milliseconds wait{0};     // Of Retry.
    std::optional<NewEvent> dead_event{};  // Of Dead: recorded with it.
};

// What the answer means for the whole channel.
struct ChannelEffect {
    std::int64_t channel_id = 0;
    std::optional<std::string> disable_why{};
    std::optional<std::chrono::milliseconds> pause{};
};

struct BuriedDelivery {
    std::string id;
    std::string event_id;
    std::int64_t account_id = 0;
    std::string channel;
    std::string alert;
    std::int64_t attempt = 0;
    std::string incident;
    std::string last_error;
};

class DeliveryStore {
public:
    explicit DeliveryStore(Pool& pool) : pool_(pool) {}

    // Channels with something to send, by id, behind `after`; those in `busy` are left out.
    [[nodiscard]] std::vector<std::int64_t> due_channels(
        std::int64_t after, const std::vector<std::int64_t>& busy, std::size_t at_most);

    // Claims what `choose` takes of what is due. Two workers never get the same delivery.
    struct Look {
        std::size_t due_max = 200;
        std::chrono::seconds lately{30};
    };
    [[nodiscard]] std::vector<ClaimedMessage> claim(
        std::int64_t channel_id,
        const Look& look,
        const std::function<Choice(const DueOfChannel&)>& choose);

    // Writes what came of a message. Returns the ids that were still that attempt's; the others are
    // in somebody else's hands by now and stay as they are.
    std::vector<std::string> record(
        const std::vector<DeliveryResult>& results, const ChannelEffect& effect);

    // Deliveries of channels that are switched off die. `dead_event` gives each one's event.
    // Returns how many died.
    std::size_t bury_disabled(
        std::size_t at_most, const std::function<NewEvent(const BuriedDelivery&)>& dead_event);

private:
    Pool& pool_;
};

}  // namespace lumos::sql
