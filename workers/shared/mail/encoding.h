#pragma once
// The encodings that keep a mail's parts inside their places. Pure; safe from any thread.

#include "schemas/time.h"

#include <optional>
#include <string>
#include <string_view>

namespace lumos::mail {

struct Mailbox {
    std::string name;  // "" where there is none.
    std::string address;
};

// "a@b.example" or "Name <a@b.example>". Nothing where the address is none that we would send to:
// only printable ASCII, one '@', a domain of letters, digits, '-' and '.' (or an address in
// brackets).
[[nodiscard]] std::optional<Mailbox> read_mailbox(std::string_view text);
// What follows the '@'.
[[nodiscard]] std::string domain_of(const Mailbox& mailbox);

// A header's text of any content in one logical line: as it is where it is short printable ASCII,
// else RFC 2047 encoded words, folded. `name_bytes` is how much of the first line is taken already.
[[nodiscard]] std::string header_text(std::string_view text, std::size_t name_bytes);

// RFC 2045 quoted-printable with CRLF line ends; takes any line ends.
[[nodiscard]] std::string quoted_printable(std::string_view text);

// A message id in its angle brackets; characters that could end it early are left out.
[[nodiscard]] std::string message_id_text(std::string_view id);

// "Sun, 22 Nov 2026 03:12:04 +0000"
[[nodiscard]] std::string rfc5322_date(Time time);

}  // namespace lumos::mail
