#pragma once
// Subscribers of an account's events, and the consumers that NATS should have for them. See
// sql/console_work.h for transactions and errors.

#include "schemas/time.h"
#include "sql/console_work.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::sql::console {

struct Subscriber {
    std::int64_t id = 0;
    std::string slug;
    std::optional<std::string> public_key;  // Of its newest credentials; nothing once revoked.
    std::optional<Time> starts_at;          // Where its consumer begins; nothing: with all.
    bool is_made = false;                   // NATS has the consumer as it is wanted.
    Time created_at;
};
[[nodiscard]] std::vector<Subscriber> subscribers(
    Work& work, std::int64_t account_id, const Page& page);
[[nodiscard]] std::optional<Subscriber> find_subscriber(
    Work& work, std::int64_t account_id, const std::string& slug);
// Until the transaction ends.
[[nodiscard]] std::optional<Subscriber> hold_subscriber(
    Work& work, std::int64_t account_id, const std::string& slug);
[[nodiscard]] std::int64_t count_subscribers(Work& work, std::int64_t account_id);

struct NewSubscriber {
    std::int64_t account_id = 0;
    std::string slug;
    std::string public_key;
    std::optional<std::int64_t> seconds_back;  // Nothing: from the beginning of EVENT.
};
void add_subscriber(Work& work, const NewSubscriber& subscriber);
void rewind_subscriber(
    Work& work, std::int64_t subscriber_id, std::optional<std::int64_t> seconds_back);
void set_key_of_subscriber(
    Work& work, std::int64_t subscriber_id, const std::optional<std::string>& public_key);
void remove_subscriber(Work& work, std::int64_t subscriber_id);
// The credentials of all that an account has end now.
void revoke_subscribers(Work& work, std::int64_t account_id, const std::string& account);

struct WantedConsumer {
    std::int64_t subscriber_id = 0;
    std::string account;
    std::string subscriber;
    std::optional<Time> starts_at;
    std::int64_t wanted = 0;
    std::int64_t made = 0;
};
// False while another console is at it. Until the transaction ends.
[[nodiscard]] bool lock_consumers(Work& work);
[[nodiscard]] std::vector<WantedConsumer> wanted_consumers(Work& work);
void mark_consumer_made(Work& work, std::int64_t subscriber_id, std::int64_t which);

}  // namespace lumos::sql::console
