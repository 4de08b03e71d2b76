#pragma once
// Names as DNS carries them. Cloudflare writes a zone's name in Unicode and a record's in A-labels;
// ours are A-labels. Pure; safe from any thread.

#include <string>
#include <string_view>

namespace lumos::dns {

// Lower case (ASCII), no trailing dot, every label that is not ASCII as "xn--…" (RFC 3492). The
// text is UTF-8 and already mapped (Cloudflare's is); where it is no UTF-8, it comes back as it
// was.
[[nodiscard]] std::string to_a_labels(std::string_view name);

}  // namespace lumos::dns
