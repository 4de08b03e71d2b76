#pragma once
// What the API stands on. Everything outlives the API; everything is thread-safe.

#include "bus/identity.h"
#include "schemas/time.h"
#include "workers/shared/dns/provider.h"
#include "workers/shared/http/address_guard.h"
#include "workers/shared/http/client.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/guarded.h"
#include "workers/shared/runtime/secret.h"
#include "workers/shared/runtime/secret_box.h"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::outbox {
class Outbox;
}
namespace lumos::sql {
class Pool;
}

namespace lumos::console {

class Revoker;
class SubscriberKeeper;

using Keys = runtime::Guarded<runtime::KeyRing>;
using MakeProvider =
    std::function<std::unique_ptr<dns::Provider>(std::string_view kind, runtime::Secret token)>;

struct Parts {
    sql::Pool& database;
    outbox::Outbox& outbox;
    const runtime::Clock& clock;
    http::Client& client;  // Resolves a webhook's host before it is accepted.
    const http::AddressGuard& guard;
    Keys& keys;
    MakeProvider make_provider;
    std::optional<bus::SigningKey> signing_key;  // Nothing: no server can be added here.
    Revoker* revoker = nullptr;                  // Null: no credentials can be taken back here.
    SubscriberKeeper* subscribers = nullptr;     // Null: their consumers are kept by nobody here.
    std::string nats_url;  // For agents and subscribers, as `server add` prints it.
    std::chrono::milliseconds cycle{300'000};
    std::chrono::milliseconds grace{10'000};
    std::function<bool()> bus_connected;
    // What each process says of itself (workers/shared/service); nothing where the bus is away.
    std::function<std::vector<std::string>()> ask_processes = [] {
        return std::vector<std::string>();
    };
    std::stop_token stop;
};

}  // namespace lumos::console
