#include "workers/console/subscriber_keeper.h"

#include "workers/shared/runtime/backoff.h"
#include "workers/shared/runtime/ids.h"
#include "workers/shared/runtime/log.h"

namespace lumos::console {

namespace store = sql::console;

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLook{2'000};
constexpr runtime::Backoff kAgain{.first = milliseconds{250}, .most = milliseconds{5'000}};

}  // namespace

SubscriberKeeper::SubscriberKeeper(const Parts& parts)
    : parts_(parts),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

SubscriberKeeper::~SubscriberKeeper() = default;

bool SubscriberKeeper::apply(milliseconds at_most) {
    std::unique_lock lock(mutex_);
    const auto mine = ++asked_;
    changed_.notify_all();
    return changed_.wait_until(
        lock, parts_.clock.steady() + at_most, [&] { return settled_ >= mine; });
}

std::optional<bus::SubscriberConsumerState> SubscriberKeeper::state_of(
    const std::string& account, const std::string& subscriber) const {
    try {
        return bus::subscriber_consumer_state(
            parts_.bus, bus::subscriber_consumer(account, subscriber));
    } catch (const std::runtime_error&) {
        return std::nullopt;  // Shown as unknown; the console's health says why.
    }
}

void SubscriberKeeper::run(const std::stop_token& stop) {
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

bool SubscriberKeeper::settle() {
    try {
        const bool settled = settle_once();
        if (settled && !was_settled_) {
            runtime::log_info("subscribers_settled");
        }
        was_settled_ = was_settled_ || settled;
        parts_.health.set("subscribers", true);
        return settled;
    } catch (const std::exception& failed) {
        if (was_settled_) {
            runtime::log_warn("subscribers_not_settled", {{"error", failed.what()}});
        }
        was_settled_ = false;
        parts_.health.set("subscribers", false, failed.what());
        return false;
    }
}

bool SubscriberKeeper::settle_once() {
    const auto lease = parts_.database.lease();
    store::Work work(*lease);
    if (!store::lock_consumers(work)) {
        return false;  // Another console is at it; what it leaves is ours a moment later.
    }
    // Before the rows: a consumer that is there and has no row then never had one since.
    const auto names = bus::subscriber_consumers(parts_.bus);
    std::set<std::string> unnamed(names.begin(), names.end());
    for (const auto& wanted : store::wanted_consumers(work)) {
        const bool is_there =
            unnamed.erase(bus::subscriber_consumer(wanted.account, wanted.subscriber)) > 0;
        if (!is_there || wanted.made != wanted.wanted) {
            make(work, wanted);
        }
    }
    for (const auto& name : unnamed) {
        bus::remove_subscriber_consumer(parts_.bus, name);
        runtime::log_info("subscriber_consumer_removed", {{"consumer", name}});
    }
    work.commit();
    return true;
}

void SubscriberKeeper::make(store::Work& work, const store::WantedConsumer& wanted) {
    bus::make_subscriber_consumer(
        parts_.bus,
        {.account = wanted.account, .subscriber = wanted.subscriber, .from = wanted.starts_at});
    store::mark_consumer_made(work, wanted.subscriber_id, wanted.wanted);
    runtime::log_info(
        "subscriber_consumer_made",
        {{"consumer", bus::subscriber_consumer(wanted.account, wanted.subscriber)}});
}

}  // namespace lumos::console
