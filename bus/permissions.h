#pragma once
// Who may do what on the bus: the one table, from which credentials are minted and which
// docs/permissions.md shows. Least rights: what stands here is what the process does, and no more.
// Pure; safe from any thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::bus {

// Subjects as NATS writes them. Whatever is not allowed is refused.
struct Permissions {
    std::vector<std::string> publish_allow;
    std::vector<std::string> subscribe_allow;
    bool answers = false;                            // May reply to requests that it receives.
    std::vector<std::string> connection_types = {};  // Empty: all. "STANDARD", "WEBSOCKET".
    std::int64_t payload_max = -1;        // Bytes of a message; -1: as the server has it.
    std::int64_t subscriptions_max = -1;  // -1: no limit.
};

// A kind of user of the application's account that is no agent.
struct Kind {
    std::string_view name;  // Of its credentials file, and inside it: "presence".
    std::string_view does;  // For people.
    Permissions permissions;
};
[[nodiscard]] const std::vector<Kind>& kinds();
// Throws BusRefused on a name that is none, and says which there are.
[[nodiscard]] const Kind& kind_named(std::string_view name);

// What every agent's credentials allow; NATS puts the name inside them, "<account>.<server>", for
// {{name()}}: one signing key mints agents and nothing else.
[[nodiscard]] Permissions agent_permissions();

// What every subscriber's credentials allow: one tenant's events, live and through a durable pull
// consumer that was made for it. NATS puts in the tags of the credentials, so that one signing key
// mints subscribers and nothing else. No consumer can be made or changed with them, and
// of the stream nothing can be read but what that consumer gives.
[[nodiscard]] Permissions subscriber_permissions();
// The name inside a subscriber's credentials; slugs have no "_", so two never share one:
// "acme_billing". Its consumer is "sub_" + that.
[[nodiscard]] std::string subscriber_name(std::string_view account, std::string_view subscriber);
inline constexpr std::string_view kSubscriberConsumer = "sub_";

// Who takes rights back: a user of the system account, who may look at and replace the rights of
// `account` (A…) and do nothing else there.
inline constexpr std::string_view kRevoker = "revoker";
[[nodiscard]] Permissions revoker_permissions(std::string_view account);

// Answers to requests arrive below it: each name has its own, so that nobody reads another's.
// "_INBOX" where there is no name.
[[nodiscard]] std::string inbox_prefix(std::string_view name);

// The tables of docs/permissions.md, in Markdown.
[[nodiscard]] std::string permissions_text();

}  // namespace lumos::bus
