#pragma once
// Notification channels with their sealed secrets, and deliveries made for a test. See
// sql/console_work.h for transactions and errors.

#include "schemas/time.h"
#include "sql/console_provider_store.h"
#include "sql/console_work.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::sql::console {

struct Channel {
    std::int64_t id = 0;
    std::string slug;
    std::string name;
    std::string kind;  // email | webhook
    std::string target;
    std::optional<std::vector<std::string>> alerts;  // Nothing: all.
    std::optional<Time> disabled_at;
    std::optional<std::string> disabled_why;
    Time created_at;
};

[[nodiscard]] std::vector<Channel> channels(Work& work, std::int64_t account_id, const Page& page);
[[nodiscard]] std::optional<Channel> find_channel(
    Work& work, std::int64_t account_id, const std::string& slug);
[[nodiscard]] std::optional<Channel> hold_channel(
    Work& work, std::int64_t account_id, const std::string& slug);

// id, created_at and disabled_* of `channel` are not read. A webhook's secret follows in the same
// transaction.
std::int64_t add_channel(Work& work, std::int64_t account_id, const Channel& channel);
void set_channel_secret(Work& work, std::int64_t channel_id, const Sealed& secret);
// name, target, alerts, and whether it is on (disabled_at is not set).
void edit_channel(Work& work, const Channel& channel);
void remove_channel(Work& work, std::int64_t channel_id);

// A delivery of that event to that channel only, whatever alerts it selects; returns its id.
[[nodiscard]] std::string add_delivery(
    Work& work, const std::string& event_id, std::int64_t channel_id);

struct DeliveryState {
    std::string state;  // pending | sent | dead | superseded
    std::int64_t attempt = 0;
    bool claimed = false;  // An attempt is under way.
    std::optional<std::string> last_error;
};
[[nodiscard]] std::optional<DeliveryState> delivery_state(Work& work, const std::string& id);
// A test is one attempt; one that is under way is left alone.
void give_up_test(Work& work, const std::string& delivery_id);

}  // namespace lumos::sql::console
