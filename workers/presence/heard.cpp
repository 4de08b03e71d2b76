#include "workers/presence/heard.h"

#include <algorithm>
#include <utility>

namespace lumos::presence {
namespace {

// More than a reconnect storm of 10,000 servers leaves between two rounds.
constexpr std::size_t kEventsMost = 50'000;
// Beats of all replicas within the time that a round waits for its own.
constexpr std::size_t kBeatsMost = 1'000;

}  // namespace

void Heard::begin_agent(Time stream_created) {
    const std::lock_guard lock(mutex_);
    view_.clear();
    beats_.clear();
    beat_seq_ = 0;
    agent_created_ = stream_created;
    begin_anew_ = false;
    ++generation_;
}

void Heard::lose_agent() {
    const std::lock_guard lock(mutex_);
    view_.clear();
    beats_.clear();
    agent_created_.reset();
    ++generation_;
    changed_.notify_all();
}

void Heard::take(HeardHeartbeat heartbeat, bool answers_a_call) {
    const std::lock_guard lock(mutex_);
    if (view_.take(std::move(heartbeat)) || answers_a_call) {
        wake_locked();
    }
}

void Heard::take_beat(std::int64_t sequence, Time stored_at) {
    const std::lock_guard lock(mutex_);
    beat_seq_ = sequence;
    beats_.emplace_back(sequence, stored_at);
    if (beats_.size() > kBeatsMost) {
        beats_.pop_front();
    }
    changed_.notify_all();
}

std::optional<Heard::BeatRead> Heard::wait_for_beat(
    std::int64_t sequence, std::chrono::milliseconds at_most, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const std::int64_t generation = generation_;
    changed_.wait_for(
        lock, stop, at_most, [&] { return generation_ != generation || beat_seq_ >= sequence; });
    const auto own = std::ranges::find(beats_, sequence, &std::pair<std::int64_t, Time>::first);
    if (generation_ != generation || own == beats_.end() || !agent_created_) {
        return std::nullopt;
    }
    return BeatRead{
        .stored_at = own->second, .stream_created = *agent_created_, .generation = generation};
}

std::optional<std::vector<HeardServer>> Heard::above(
    std::int64_t sequence, std::int64_t generation) {
    const std::lock_guard lock(mutex_);
    if (generation_ != generation) {
        return std::nullopt;
    }
    return view_.above(sequence);
}

void Heard::forget_until(std::int64_t sequence, std::int64_t generation) {
    const std::lock_guard lock(mutex_);
    if (generation_ == generation) {
        view_.forget_until(sequence);
    }
}

void Heard::break_off() {
    const std::lock_guard lock(mutex_);
    begin_anew_ = true;
}

bool Heard::agent_is_to_begin_anew() {
    const std::lock_guard lock(mutex_);
    return begin_anew_;
}

void Heard::begin_bus(Time stream_created, const std::optional<Time>& made_after) {
    const std::lock_guard lock(mutex_);
    events_.clear();
    bus_read_until_ = 0;
    bus_created_ = stream_created;
    bus_made_after_ = made_after;
}

void Heard::lose_bus() {
    const std::lock_guard lock(mutex_);
    events_.clear();
    bus_created_.reset();
}

bool Heard::has_room_for_events() {
    const std::lock_guard lock(mutex_);
    return events_.size() < kEventsMost;
}

void Heard::take(NamedClientEvent event) {
    const std::lock_guard lock(mutex_);
    bus_read_until_ = event.sequence;
    events_.push_back(std::move(event));
    wake_locked();
}

void Heard::pass_bus(std::int64_t sequence) {
    const std::lock_guard lock(mutex_);
    bus_read_until_ = sequence;
}

std::optional<Heard::BusRead> Heard::bus_events(std::int64_t sequence, std::size_t most) {
    const std::lock_guard lock(mutex_);
    if (!bus_created_) {
        return std::nullopt;
    }
    BusRead read{
        .stream_created = *bus_created_,
        .made_after = bus_made_after_,
        .read_until = std::max(sequence, bus_read_until_),
        .events = {}};
    for (const NamedClientEvent& event : events_) {
        if (event.sequence <= sequence) {
            continue;
        }
        if (read.events.size() == most) {
            read.read_until = read.events.back().sequence;
            break;
        }
        read.events.push_back(event);
    }
    return read;
}

void Heard::forget_bus_until(const std::optional<Time>& stream_created, std::int64_t sequence) {
    const std::lock_guard lock(mutex_);
    if (!bus_created_ || bus_created_ != stream_created) {
        return;
    }
    std::erase_if(
        events_, [&](const NamedClientEvent& event) { return event.sequence <= sequence; });
}

void Heard::set_bus_row(const std::optional<Time>& stream_created, std::int64_t sequence) {
    const std::lock_guard lock(mutex_);
    bus_row_ = {.stream_created = stream_created, .sequence = sequence};
}

Heard::BusRow Heard::bus_row() {
    const std::lock_guard lock(mutex_);
    return bus_row_;
}

bool Heard::wait_for_news(std::chrono::milliseconds at_most, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, at_most, [&] { return is_news_; });
    return std::exchange(is_news_, false);
}

void Heard::wake_locked() {
    is_news_ = true;
    changed_.notify_all();
}

}  // namespace lumos::presence
