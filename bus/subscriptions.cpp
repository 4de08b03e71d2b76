#include "bus/connection_impl.h"
#include "bus/error.h"

#include <algorithm>

namespace lumos::bus {

namespace {

CallbackTargets<HandlerGate>& gate_targets() {
    static CallbackTargets<HandlerGate> targets;
    return targets;
}

void on_message(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
    auto incoming = take_over(message);
    if (const auto gate = gate_targets().find(closure)) {
        gate->call(
            {std::move(incoming.subject), std::move(incoming.reply), std::move(incoming.body)});
    }
}

class HeldSubscription final : public Subscription {
public:
    HeldSubscription(Shared<SubscriptionSet> set, SubscriptionSet::Entry& entry)
        : set_(std::move(set)),
          entry_(entry) {}
    ~HeldSubscription() override {
        entry_.gate->shut();
        set_->remove(entry_);
    }
    HeldSubscription(const HeldSubscription&) = delete;
    HeldSubscription& operator=(const HeldSubscription&) = delete;

private:
    Shared<SubscriptionSet> set_;
    SubscriptionSet::Entry& entry_;
};

}  // namespace

void HandlerGate::call(const Message& message) {
    {
        const std::lock_guard lock(mutex_);
        if (is_shut_) {
            return;
        }
        running_ = std::this_thread::get_id();
    }
    try {
        handler_(message);
    } catch (const std::exception& failure) {
        // Often a publish that met the end of the connection; no reason to end the process.
        reporter_->report("handler of " + message.subject + ": " + failure.what());
    }
    {
        const std::lock_guard lock(mutex_);
        running_ = {};
    }
    changed_.notify_all();
}

bool HandlerGate::shut(Deadline until) {
    std::unique_lock lock(mutex_);
    is_shut_ = true;
    return changed_.wait_until(lock, until, [this] {
        return running_ == std::thread::id{} || running_ == std::this_thread::get_id();
    });
}

void HandlerGate::shut() {
    std::unique_lock lock(mutex_);
    is_shut_ = true;
    changed_.wait(lock, [this] {
        return running_ == std::thread::id{} || running_ == std::this_thread::get_id();
    });
}

SubscriptionSet::Entry::Entry(std::string subject_to_take, Shared<HandlerGate> its_gate)
    : subject(std::move(subject_to_take)),
      gate(std::move(its_gate)),
      number(gate_targets(), gate) {}

SubscriptionSet::Entry& SubscriptionSet::add(std::string subject, Shared<HandlerGate> gate) {
    auto entry = std::make_unique<Entry>(std::move(subject), std::move(gate));
    const std::lock_guard lock(mutex_);
    entries_.push_back(std::move(entry));
    return *entries_.back();
}

void SubscriptionSet::remove(Entry& entry) {
    std::unique_ptr<Entry> removed;
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const auto& candidate) {
        return candidate.get() == &entry;
    });
    if (found != entries_.end()) {
        removed = std::move(*found);
        entries_.erase(found);
    }
}

void SubscriptionSet::make(Entry& entry, const LinkPtr& link) {
    if (entry.link == link) {
        return;
    }
    natsSubscription* raw = nullptr;
    check(
        natsConnection_Subscribe(
            &raw, link->raw(), entry.subject.c_str(), &on_message, entry.number.closure()),
        "subscribe " + entry.subject);
    entry.handle.reset(raw);
    entry.link = link;
}

void SubscriptionSet::renew(const LinkPtr& link) {
    const std::lock_guard lock(mutex_);
    for (const auto& entry : entries_) {
        make(*entry, link);
    }
}

void SubscriptionSet::renew(Entry& entry, const LinkPtr& link) {
    const std::lock_guard lock(mutex_);
    make(entry, link);
}

std::vector<Shared<HandlerGate>> SubscriptionSet::gates() {
    const std::lock_guard lock(mutex_);
    std::vector<Shared<HandlerGate>> gates;
    gates.reserve(entries_.size());
    for (const auto& entry : entries_) {
        gates.push_back(entry->gate);
    }
    return gates;
}

bool SubscriptionSet::shut_all(Deadline until) {
    bool all = true;
    for (const auto& gate : gates()) {
        all = gate->shut(until) && all;
    }
    return all;
}

void SubscriptionSet::shut_all() {
    for (const auto& gate : gates()) {
        gate->shut();
    }
}

std::unique_ptr<Subscription> Connection::Impl::subscribe(
    const std::string& subject, std::function<void(const Message&)> handler) {
    auto& entry =
        subscriptions_->add(subject, make_shared_with<HandlerGate>(std::move(handler), reporter_));
    auto held = std::make_unique<HeldSubscription>(subscriptions_, entry);
    LinkPtr present;
    {
        const std::lock_guard lock(mutex_);
        present = link_;
    }
    if (present && !present->closed()) {
        try {
            subscriptions_->renew(entry, present);
        } catch (const BusUnavailable& lost) {  // The next link subscribes it.
            present->close(lost.what());
        }
    }
    return held;
}

}  // namespace lumos::bus
