#pragma once
// What the library's callbacks point at. The library may call back after we have let go of a
// connection or subscription, so a callback's closure is a number, never a pointer: a target that
// is gone is simply not found. Thread-safe.

#include "bus/shared.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

namespace lumos::bus {

template <typename Target>
class CallbackTargets {
public:
    using Owned = Shared<Target>;

    // Known as long as the returned number is not removed; does not own the target.
    std::uintptr_t add(const Owned& target) {
        const std::lock_guard lock(mutex_);
        targets_[++last_] = target;
        return last_;
    }

    void remove(std::uintptr_t number) {
        const std::lock_guard lock(mutex_);
        targets_.erase(number);
    }

    // Null where it is gone.
    Owned find(const void* closure) {
        const std::lock_guard lock(mutex_);
        const auto found = targets_.find(reinterpret_cast<std::uintptr_t>(closure));
        return found == targets_.end() ? nullptr : found->second.lock();
    }

    [[nodiscard]] static void* closure(std::uintptr_t number) {
        return reinterpret_cast<void*>(number);
    }

private:
    std::mutex mutex_;
    std::map<std::uintptr_t, std::weak_ptr<Target>> targets_;
    std::uintptr_t last_ = 0;
};

// The number of a target for as long as this lives.
template <typename Target>
class CallbackNumber {
public:
    CallbackNumber(
        CallbackTargets<Target>& targets, const typename CallbackTargets<Target>::Owned& target)
        : targets_(targets),
          number_(targets.add(target)) {}
    ~CallbackNumber() { targets_.remove(number_); }
    CallbackNumber(const CallbackNumber&) = delete;
    CallbackNumber& operator=(const CallbackNumber&) = delete;

    [[nodiscard]] void* closure() const { return CallbackTargets<Target>::closure(number_); }

private:
    CallbackTargets<Target>& targets_;
    std::uintptr_t number_;
};

}  // namespace lumos::bus
