#pragma once
// What the reading threads have taken from the two streams and the rounds have not written yet.
// Thread-safe.

#include "workers/presence/heartbeat_view.h"
#include "workers/presence/judgement_rule.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace lumos::presence {

struct NamedClientEvent {
    std::int64_t sequence = 0;  // Of the BUS stream.
    std::string account;
    std::string server;
    ClientEvent event;
};

class Heard {
public:
    // ---- the AGENT stream ----

    // A reader of that stream begins: what the one before has read is of no use any more.
    void begin_agent(Time stream_created);
    void lose_agent();
    void take(HeardHeartbeat heartbeat, bool answers_a_call);
    // A beat of any replica.
    void take_beat(std::int64_t sequence, Time stored_at);

    struct BeatRead {
        Time stored_at;
        Time stream_created;
        std::int64_t generation =
            0;  // Of the reader: it has not broken off since, if it is the same.
    };
    // Waits until the beat was read back; nothing where that takes longer, or reading broke off.
    [[nodiscard]] std::optional<BeatRead> wait_for_beat(
        std::int64_t sequence, std::chrono::milliseconds at_most, const std::stop_token& stop);
    // Nothing where reading broke off since that generation.
    [[nodiscard]] std::optional<std::vector<HeardServer>> above(
        std::int64_t sequence, std::int64_t generation);
    // What stands in the database is needed no more. Nothing happens where reading broke off since
    // that generation: the sequences are another stream's, perhaps.
    void forget_until(std::int64_t sequence, std::int64_t generation);
    // Drops view and consumer: the reader starts from a snapshot.
    void break_off();
    [[nodiscard]] bool agent_is_to_begin_anew();

    // ---- the BUS stream ----

    void begin_bus(Time stream_created, const std::optional<Time>& made_after);
    void lose_bus();
    // False when there is no room: the reader waits.
    [[nodiscard]] bool has_room_for_events();
    void take(NamedClientEvent event);
    void pass_bus(std::int64_t sequence);  // A message that is no event of an agent.

    struct BusRead {
        Time stream_created;
        std::optional<Time> made_after;
        std::int64_t read_until = 0;
        std::vector<NamedClientEvent> events;
    };
    // What lies behind `sequence`, `most` events at most; nothing where no reader is at work.
    [[nodiscard]] std::optional<BusRead> bus_events(std::int64_t sequence, std::size_t most);
    // Nothing happens where the reader reads another stream.
    void forget_bus_until(const std::optional<Time>& stream_created, std::int64_t sequence);
    // Where the next BUS reader begins, as the last round saw it.
    void set_bus_row(const std::optional<Time>& stream_created, std::int64_t sequence);
    struct BusRow {
        std::optional<Time> stream_created;
        std::int64_t sequence = 0;
    };
    [[nodiscard]] BusRow bus_row();

    // ---- when a round is wanted ----

    // Waits for something that is worth a round at once; false when nothing came within `at_most`.
    bool wait_for_news(std::chrono::milliseconds at_most, const std::stop_token& stop);

private:
    void wake_locked();

    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool is_news_ = false;

    HeartbeatView view_;
    std::optional<Time> agent_created_;
    std::int64_t generation_ = 0;
    bool begin_anew_ = false;
    std::int64_t beat_seq_ = 0;
    std::deque<std::pair<std::int64_t, Time>> beats_;

    std::optional<Time> bus_created_;
    std::optional<Time> bus_made_after_;
    std::int64_t bus_read_until_ = 0;
    std::deque<NamedClientEvent> events_;
    BusRow bus_row_;
};

}  // namespace lumos::presence
