#pragma once
// The story of one event, alert by alert: what message_rule lays out. Pure; safe from any thread.

#include "workers/notifier/layout_rule.h"
#include "workers/notifier/message_rule.h"

namespace lumos::notifier {

[[nodiscard]] Story story_of(const Notice& notice);

// "FAILOVER", "DOWN"; of an alert without a word of its own its name in capitals: "SERVER
// FLAPPING".
[[nodiscard]] std::string word_for(const std::string& alert);

// The server or servers that all of the notices name in that field of their data; nothing where
// they differ.
[[nodiscard]] std::optional<std::string> common_text(
    const std::vector<Notice>& notices, const char* field);

}  // namespace lumos::notifier
