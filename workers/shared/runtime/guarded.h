#pragma once
// Data that can be reached only through its lock.

#include <mutex>
#include <utility>

namespace lumos::runtime {

template <typename T>
class Guarded {
public:
    Guarded() = default;
    explicit Guarded(T value) : value_(std::move(value)) {}

    class Access {
    public:
        Access(std::mutex& mutex, T& value) : lock_(mutex), value_(value) {}
        T* operator->() { return &value_; }
        T& operator*() { return value_; }

    private:
        std::unique_lock<std::mutex> lock_;
        T& value_;
    };

    [[nodiscard]] Access lock() { return Access(mutex_, value_); }

private:
    std::mutex mutex_;
    T value_{};
};

}  // namespace lumos::runtime
