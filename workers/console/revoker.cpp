#include "workers/console/revoker.h"

#include "sql/console_revocation_store.h"
#include "workers/shared/runtime/backoff.h"
#include "workers/shared/runtime/ids.h"
#include "workers/shared/runtime/log.h"

namespace lumos::console {

namespace store = sql::console;

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLook{1'000};
constexpr milliseconds kCompare{60'000};
constexpr runtime::Backoff kAgain{.first = milliseconds{250}, .most = milliseconds{5'000}};
constexpr milliseconds kConnect{1'000};

}  // namespace

Revoker::Revoker(const Parts& parts, bus::RevokerKey key, bus::ConnectionOptions bus)
    : parts_(parts),
      key_(std::move(key)),
      bus_([&] {
          bus.creds_file = key_.creds_file;
          bus.name = "lumos-console revoker";
          bus.on_connected = [this](const bus::ConnectionState&) { is_to_compare_ = true; };
          bus.on_disconnected = nullptr;
          return std::move(bus);
      }()),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Revoker::~Revoker() = default;

bool Revoker::apply(milliseconds at_most) {
    std::unique_lock lock(mutex_);
    const auto mine = ++asked_;
    changed_.notify_all();
    return changed_.wait_until(
        lock, parts_.clock.steady() + at_most, [&] { return settled_ >= mine; });
}

void Revoker::run(const std::stop_token& stop) {
    std::int64_t failures = 0;
    while (!stop.stop_requested()) {
        std::uint64_t asked = 0;
        {
            const std::lock_guard lock(mutex_);
            asked = asked_;
        }
        const bool settled = settle();
        failures = settled ? 0 : failures + 1;
        std::unique_lock lock(mutex_);
        if (settled) {
            settled_ = asked;
            changed_.notify_all();
        }
        const auto wait = settled ? kLook : kAgain.wait(failures, runtime::random_unit());
        changed_.wait_until(
            lock, stop, parts_.clock.steady() + wait, [&] { return asked_ > asked; });
    }
}

bool Revoker::settle() {
    try {
        const bool settled = settle_once();
        if (settled && !was_settled_) {
            runtime::log_info("revocations_settled");
        }
        was_settled_ = was_settled_ || settled;
        parts_.health.set("revocations", true);
        return settled;
    } catch (const std::exception& failed) {
        if (was_settled_) {
            runtime::log_warn("revocations_not_settled", {{"error", failed.what()}});
        }
        was_settled_ = false;
        parts_.health.set("revocations", false, failed.what());
        return false;
    }
}

bool Revoker::settle_once() {
    const bool is_old = parts_.clock.steady() - compared_at_ > kCompare;
    const auto lease = parts_.database.lease();
    store::Work work(*lease);
    if (!is_old && !is_to_compare_ && !store::revocations_wait(work)) {
        return true;
    }
    if (!store::lock_revocations(work)) {
        return false;  // Another console is at it; what it leaves is ours a moment later.
    }
    const auto keys = store::revoked_keys(work);
    (void)bus_.wait_connected(kConnect);
    // A connect that comes from now on asks for another comparison.
    is_to_compare_ = false;
    try {
        if (bus::ensure_revoked(bus_, key_, keys, parts_.clock.now())) {
            runtime::log_info("credentials_revoked", {{"all", std::to_string(keys.size())}});
        }
    } catch (const std::exception&) {
        is_to_compare_ = true;
        throw;
    }
    store::mark_revoked(work, keys);
    work.commit();
    compared_at_ = parts_.clock.steady();
    return true;
}

}  // namespace lumos::console
