#pragma once
// What the agent's log says about its connection, in words that tell a person what to do. Pure.

#include <cstdint>
#include <string>
#include <string_view>

namespace lumos::agent {

// Who the agent says it is, and what its credentials prove.
struct Speaker {
    std::string account;
    std::string server;
    std::string credentials_name;  // "<account>.<server>"; "" without credentials.
};

// "acme/fra-1"
[[nodiscard]] std::string name_of(const Speaker& speaker);

// error: what NATS said asynchronously, such as a permission that is missing.
[[nodiscard]] std::string words_for_refusal(std::string_view error, const Speaker& speaker);

[[nodiscard]] std::string words_for_loss(std::string_view why);

// urls: the configured ones; attempt: the one that failed, from 1.
[[nodiscard]] std::string words_for_failed_connect(
    std::string_view urls, std::string_view why, std::int64_t attempt);

// Of many failed attempts, those that are worth a line: the 1st, 2nd, 4th, 8th …
[[nodiscard]] bool is_worth_a_line(std::int64_t attempt);

}  // namespace lumos::agent
