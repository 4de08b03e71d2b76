#pragma once
// A DNS service as the switch needs it: zones, the records of a name or a zone, and one write that
// is all or nothing. What a provider knows and we do not (ids, comments, tags, settings) travels in
// `original` and is given back unchanged. Thread-safe. A call ends by its deadline.

#include "workers/shared/runtime/secret.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::http {
class Client;
}

namespace lumos::dns {

struct Record {
    std::string id;
    std::string name;  // Lower case, A-labels, no trailing dot.
    std::string type;  // "A", "AAAA", "CNAME" …
    std::string content;
    std::int64_t ttl = 1;  // 1: automatic.
    bool proxied = false;
    std::string original;  // The provider's own object, as JSON.
};

// What the provider said.
enum class Verdict {
    Applied,  // Yes, and the answer equals the request.
    Refused,  // A definite no: nothing was changed.
    Unknown   // Timeout, 5xx, cut connection, an answer that differs from the request: it may have
              // been changed.
};

struct ProviderError {
    int http_status = 0;    // 0: no answer.
    std::int64_t code = 0;  // The provider's own.
    std::string message;    // Fit for people; never contains the token.
    std::string reason;  // Our code: token_invalid | token_permission | zone_unknown | rate_limited
                         // | provider_unreachable | rejected
};

template <typename T>
struct Answer {
    std::optional<T> value;  // Nothing: `error` says why.
    ProviderError error;
    std::optional<std::chrono::seconds> retry_after;  // With rate_limited.
    [[nodiscard]] bool ok() const { return value.has_value(); }
};

struct Zone {
    std::string id;
    std::string name;  // "" where the token may see the zone's records only.
    std::string plan;  // "free", "pro" …; "" where the token may not see it.
    std::int64_t batch_max = 200;
    bool may_edit = false;  // As far as the listing says.
};

struct TokenState {
    bool active = false;
    std::string status;
    std::optional<std::string> expires_on;
};

struct RecordPage {
    std::vector<Record> records;
    bool more = false;  // Another page follows: `next_page`.
    int next_page = 0;
};

// Absolute content by record id. Exactly what Provider::write sends.
struct RecordEdit {
    enum class Kind { Update, Create, Remove };
    Kind kind = Kind::Update;
    Record before;  // Of Update and Remove: what was read. Of Create: the record to be put back
                    // (`original` may be "").
    std::string content;   // Of Update and Create.
    std::int64_t ttl = 1;  // Of Update and Create; ignored where proxied.
};

struct WriteResult {
    Verdict verdict = Verdict::Unknown;
    ProviderError error;  // Unless Applied.
    std::optional<std::chrono::seconds> retry_after;
};

class Provider {
public:
    virtual ~Provider() = default;
    using Millis = std::chrono::milliseconds;

    [[nodiscard]] virtual Answer<TokenState> verify_token(Millis deadline) = 0;
    [[nodiscard]] virtual Answer<std::vector<Zone>> zones(Millis deadline) = 0;
    [[nodiscard]] virtual Answer<Zone> zone(std::string_view name_or_id, Millis deadline) = 0;
    // Proves that the token may edit the zone without changing anything that anybody sees. Costs
    // calls.
    // false: it may read only; `error` is what the provider said to the attempt.
    [[nodiscard]] virtual Answer<bool> may_edit(std::string_view zone_id, Millis deadline) = 0;

    // All records of exactly that name, of all types.
    [[nodiscard]] virtual Answer<std::vector<Record>> records_of(
        std::string_view zone_id, std::string_view name, Millis deadline) = 0;
    // One page of the zone's records, 5,000 at most; first page is 1.
    [[nodiscard]] virtual Answer<RecordPage> records_page(
        std::string_view zone_id, int page, Millis deadline) = 0;

    // One call: a PATCH where it is one update, else one batch. All or nothing.
    [[nodiscard]] virtual WriteResult write(
        std::string_view zone_id, const std::vector<RecordEdit>& edits, Millis deadline) = 0;
};

// kind: "cloudflare". The client outlives the provider.
[[nodiscard]] std::unique_ptr<Provider> make_provider(
    std::string_view kind,
    const std::string& base_url,
    runtime::Secret token,
    http::Client& client);

}  // namespace lumos::dns
