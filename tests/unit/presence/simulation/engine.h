#pragma once
// The simulation's time and chance: everything that happens is an event in one queue, everything
// that is random comes from one seed, so that a seed that fails fails again.

#include "schemas/time.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

namespace lumos::presence::simulation {

// True time, since the start of the run. No process of the simulation can see it.
using Moment = std::chrono::microseconds;
using namespace std::chrono_literals;

class Chance {
public:
    explicit Chance(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 1) {}

    std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15ULL;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBULL;
        return mixed ^ (mixed >> 31U);
    }
    double unit() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
    bool says(double probability) { return unit() < probability; }
    // In [least, most].
    int number(int least, int most) {
        return least + static_cast<int>(next() % static_cast<std::uint64_t>(most - least + 1));
    }
    Moment time(Moment least, Moment most) {
        return least + Moment(static_cast<std::int64_t>(
                           unit() * static_cast<double>((most - least).count())));
    }

private:
    std::uint64_t state_;
};

class Events {
public:
    using Happening = std::function<void()>;

    [[nodiscard]] Moment now() const { return now_; }
    void at(Moment when, Happening happening) {
        queue_.push(
            {.when = std::max(when, now_), .order = next_++, .happening = std::move(happening)});
    }
    void after(Moment delay, Happening happening) { at(now_ + delay, std::move(happening)); }
    void run_until(Moment end) {
        while (!queue_.empty() && queue_.top().when <= end) {
            now_ = queue_.top().when;
            // The queue gives only const access to what is about to leave it.
            Happening happening = std::move(const_cast<Event&>(queue_.top()).happening);
            queue_.pop();
            happening();
        }
        now_ = end;
    }

private:
    struct Event {
        Moment when;
        std::uint64_t order = 0;  // Of two at the same moment the one that was planned first.
        Happening happening;
    };
    struct IsLater {
        bool operator()(const Event& left, const Event& right) const {
            return left.when != right.when ? left.when > right.when : left.order > right.order;
        }
    };
    Moment now_{};
    std::uint64_t next_ = 0;
    std::priority_queue<Event, std::vector<Event>, IsLater> queue_;
};

// A machine's or a stream's clock: some distance from the truth, and it can be stepped.
class SteppedClock {
public:
    explicit SteppedClock(const Events& events) : events_(events) {}
    [[nodiscard]] Time now() const { return kStart + events_.now() + offset_; }
    void step(Moment by) { offset_ += by; }

private:
    static constexpr Time kStart{std::chrono::hours{24 * 365 * 50}};
    const Events& events_;
    Moment offset_{};
};

}  // namespace lumos::presence::simulation
