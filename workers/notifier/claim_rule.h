#pragma once
// Which of a channel's due deliveries are sent now, and which of them together. Pure; safe from any
// thread.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lumos::notifier {

// More mails than this of one alert within kBusyWithin are sent as one that lists them all.
inline constexpr std::int64_t kSingleMailsMax = 5;
inline constexpr std::chrono::seconds kBusyWithin{30};
// While it goes on, this long is gathered for the next one.
inline constexpr std::chrono::seconds kGatherFor{5};

struct Due {
    std::string id;
    std::string alert;
};

struct Lately {
    std::int64_t deliveries = 0;  // Sent within kBusyWithin, or under way.
    bool under_way = false;
    std::optional<double> seconds_since;  // The newest that was sent.
};

struct ChannelState {
    bool is_mail = false;
    std::vector<Due> due;                  // Oldest first.
    std::map<std::string, Lately> lately;  // By alert.
    std::size_t messages_max = 1;          // More are not taken now.
};

// Each group is one message, in the order in which its first delivery was recorded. What is in no
// group stays due.
[[nodiscard]] std::vector<std::vector<std::string>> choose_messages(const ChannelState& channel);

}  // namespace lumos::notifier
