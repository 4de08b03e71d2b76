#pragma once
// What a mail says: an event becomes a subject and two bodies. An alert that this program does not
// know, and one whose data is not what it should be, still make a mail that tells what is known.
// Pure; safe from any thread; never throws on what an event holds.

#include "schemas/time.h"

#include <optional>
#include <string>
#include <vector>

namespace lumos::notifier {

// One event as a mail needs it.
struct Notice {
    std::string alert;    // The event's type.
    std::string kind;     // server | domain | channel | provider | control
    std::string subject;  // The server's, channel's or provider's slug, or the domain's name.
    std::string account;  // Of the channel: what the command at the end needs.
    Time time;
    std::string data;  // JSON text.
};

struct MessageText {
    std::string subject;
    std::string text;
    std::string html;
};

[[nodiscard]] MessageText write_message(const Notice& notice);

// One mail for many events of one alert; `notices` holds at least one.
[[nodiscard]] MessageText write_digest(const std::vector<Notice>& notices);

}  // namespace lumos::notifier
