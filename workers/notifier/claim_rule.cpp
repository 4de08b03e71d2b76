#include "workers/notifier/claim_rule.h"

#include <algorithm>

namespace lumos::notifier {

namespace {

enum class Manner { Single, Together, NotYet };

Manner manner_of(std::int64_t due, const Lately& lately) {
    if (due + lately.deliveries <= kSingleMailsMax) {
        return Manner::Single;
    }
    // Below the limit until now: what is due goes at once, be it in one mail.
    if (lately.deliveries <= kSingleMailsMax) {
        return Manner::Together;
    }
    const bool just_sent =
        lately.seconds_since && *lately.seconds_since < static_cast<double>(kGatherFor.count());
    return lately.under_way || just_sent ? Manner::NotYet : Manner::Together;
}

std::map<std::string, Manner> manners_of(const ChannelState& channel) {
    std::map<std::string, std::int64_t> due;
    for (const auto& delivery : channel.due) {
        ++due[delivery.alert];
    }
    std::map<std::string, Manner> manners;
    for (const auto& [alert, count] : due) {
        const auto lately = channel.lately.find(alert);
        manners[alert] =
            channel.is_mail
                ? manner_of(count, lately == channel.lately.end() ? Lately{} : lately->second)
                : Manner::Single;
    }
    return manners;
}

}  // namespace

std::vector<std::vector<std::string>> choose_messages(const ChannelState& channel) {
    const auto manners = manners_of(channel);
    std::vector<std::vector<std::string>> groups;
    std::map<std::string, std::size_t> together;  // Alert -> index of its group.
    for (const auto& delivery : channel.due) {
        const auto manner = manners.at(delivery.alert);
        if (manner == Manner::NotYet) {
            continue;
        }
        const auto group = together.find(delivery.alert);
        if (group != together.end()) {
            groups[group->second].push_back(delivery.id);
            continue;
        }
        if (groups.size() == channel.messages_max) {
            continue;
        }
        if (manner == Manner::Together) {
            together[delivery.alert] = groups.size();
        }
        groups.push_back({delivery.id});
    }
    return groups;
}

}  // namespace lumos::notifier
