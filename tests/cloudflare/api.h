#pragma once
// The part of Cloudflare's v4 API that a failover needs, below /client/v4: who may call, what it is
// answered. Throws nothing. Thread-safe.

#include "tests/cloudflare/envelope.h"
#include "tests/cloudflare/http_message.h"
#include "tests/cloudflare/rate_limit.h"
#include "tests/cloudflare/store.h"
#include "tests/cloudflare/switches.h"
#include "tests/cloudflare/tokens.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/guarded.h"

#include <chrono>
#include <string>
#include <vector>

namespace lumos::simulator {

inline constexpr const char* kApiPrefix = "/client/v4";

class Api {
public:
    // Without tokens every text in the shape of a token may edit every zone.
    Api(Store& store,
        std::vector<Token> tokens,
        RateLimit::Limits limits,
        const runtime::Clock& clock);

    struct Outcome {
        HttpReply reply;
        std::string who;       // The token's name; "" where there is none.
        bool changed = false;  // Records were changed.
    };
    // `path` follows /client/v4. stale: how old what a read shows is.
    [[nodiscard]] Outcome handle(
        const HttpRequest& request, const std::string& path, std::chrono::milliseconds stale);

    [[nodiscard]] Switches switches() const;
    void set(const std::string& name, const std::string& value);
    [[nodiscard]] RateLimit& rate_limit() { return rate_limit_; }
    // In place of those before.
    void set_tokens(std::vector<Token> tokens);

private:
    struct Call;

    [[nodiscard]] Token authenticated(const HttpRequest& request, const std::string& path) const;
    [[nodiscard]] Token known_token(const std::string& text, const std::string& path) const;
    [[nodiscard]] HttpReply dispatch(Call& call);
    [[nodiscard]] HttpReply verify(const Call& call) const;
    [[nodiscard]] HttpReply zones(const Call& call) const;
    [[nodiscard]] HttpReply zone(Call& call);
    [[nodiscard]] HttpReply records(Call& call, const ZoneInfo& zone);
    [[nodiscard]] HttpReply record(Call& call, const ZoneInfo& zone, const std::string& id);
    [[nodiscard]] HttpReply change(Call& call, const ZoneInfo& zone, const Store::Change& change);
    [[nodiscard]] ZoneInfo visible_zone(const Call& call, const std::string& id) const;
    void require_budget(Call& call);
    void add_headers(HttpReply& reply, const Call& call) const;

    Store& store_;
    const runtime::Clock& clock_;
    mutable runtime::Guarded<std::vector<Token>> tokens_;
    mutable runtime::Guarded<Switches> switches_;
    RateLimit rate_limit_;
};

}  // namespace lumos::simulator
