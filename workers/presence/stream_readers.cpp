#include "workers/presence/stream_readers.h"

#include "bus/consumer.h"
#include "bus/error.h"
#include "bus/streams.h"
#include "schemas/agent_messages.h"
#include "schemas/subjects.h"
#include "workers/presence/stream_messages.h"
#include "workers/shared/runtime/backoff.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/log.h"
#include "workers/shared/runtime/metrics.h"
#include "workers/shared/runtime/seldom.h"

#include <thread>
#include <utility>

namespace lumos::presence {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBatch = 500;
constexpr milliseconds kReadAtMost{200};
constexpr milliseconds kWaitConnected{500};
constexpr runtime::Backoff kReadAgain{.first = milliseconds{100}, .most = milliseconds{2'000}};

}  // namespace

class StreamReaders::Impl {
public:
    Impl(bus::Connection& bus, Heard& heard, std::string replica)
        : bus_(bus),
          heard_(heard),
          replica_(std::move(replica)),
          agent_thread_([this](const std::stop_token& stop) {
              read_for_ever(stop, "AGENT", [this](const std::stop_token& s) { read_agent(s); });
          }),
          bus_thread_([this](const std::stop_token& stop) {
              read_for_ever(stop, "BUS", [this](const std::stop_token& s) { read_bus(s); });
          }) {}

private:
    // `read` reads until something breaks, which it says by an exception.
    template <typename Read>
    void read_for_ever(const std::stop_token& stop, const char* stream, Read read) {
        std::int64_t failures = 0;
        while (!stop.stop_requested()) {
            if (!bus_.wait_connected(kWaitConnected)) {
                continue;
            }
            try {
                read(stop);
                failures = 0;
            } catch (const bus::StreamMissing&) {
                make_stream(stream);
            } catch (const std::runtime_error& error) {
                runtime::log_info(
                    "reading_broke_off", {{"stream", stream}, {"error", error.what()}});
            }
            if (!stop.stop_requested()) {
                broken_.add();
                runtime::pause(stop, kReadAgain.wait(++failures, runtime::random_unit()));
            }
        }
    }

    void make_stream(const char* stream) {
        try {
            bus::ensure_stream(bus_, stream);
            runtime::log_info("stream_made", {{"stream", stream}});
        } catch (const std::runtime_error& error) {
            runtime::log_warn("stream_not_made", {{"stream", stream}, {"error", error.what()}});
        }
    }

    void read_agent(const std::stop_token& stop) {
        struct Lost {
            Heard& heard;
            ~Lost() { heard.lose_agent(); }
        } const lost{heard_};
        bus::Reader reader(
            bus_,
            {.stream = std::string(bus::kAgentStream),
             .name = "presence-" + replica_,
             .filter = "lumos.>",
             .last_per_subject = true});
        heard_.begin_agent(reader.stream_created_at());
        while (!stop.stop_requested() && !heard_.agent_is_to_begin_anew()) {
            for (const bus::StreamMessage& message : reader.read(kBatch, kReadAtMost)) {
                take_agent_message(message);
            }
        }
    }

    void take_agent_message(const bus::StreamMessage& message) {
        if (schemas::subjects::is_beat(message.subject)) {
            heard_.take_beat(static_cast<std::int64_t>(message.stream_sequence), message.stored_at);
            return;
        }
        auto read = heartbeat_of(message);
        if (!read) {
            note_skipped(message);
            return;
        }
        heard_.take(std::move(read->heartbeat), read->answers_a_call);
    }

    // Whoever sends them may send many.
    void note_skipped(const bus::StreamMessage& message) {
        skipped_.add();
        if (const auto count = skipped_unsaid_.one_more(runtime::SystemClock().steady())) {
            runtime::log_warn(
                "heartbeats_skipped",
                {{"count", *count},
                 {"last", message.subject},
                 {"bytes", static_cast<long>(message.body.size())}});
        }
    }

    void read_bus(const std::stop_token& stop) {
        struct Lost {
            Heard& heard;
            ~Lost() { heard.lose_bus(); }
        } const lost{heard_};
        const Heard::BusRow row = heard_.bus_row();
        const bool is_same =
            row.stream_created == bus::stream_state(bus_, bus::kBusStream).created_at;
        bus::Reader reader(
            bus_,
            {.stream = std::string(bus::kBusStream),
             .name = "presence-" + replica_,
             .filter = "lumos.>",
             .last_per_subject = false,
             .start_sequence = is_same ? static_cast<std::uint64_t>(row.sequence) + 1 : 1});
        if (is_same != (row.stream_created == reader.stream_created_at())) {
            throw bus::BusUnavailable("BUS was created anew while its reader was made");
        }
        heard_.begin_bus(reader.stream_created_at(), row.stream_created);
        while (!stop.stop_requested()) {
            if (!heard_.has_room_for_events()) {
                runtime::pause(stop, kReadAtMost);
                continue;
            }
            for (const bus::StreamMessage& message : reader.read(kBatch, kReadAtMost)) {
                take_bus_message(message);
            }
            if (heard_.bus_row().stream_created != row.stream_created &&
                heard_.bus_row().stream_created != reader.stream_created_at()) {
                throw bus::BusUnavailable("the database speaks of another BUS stream");
            }
        }
    }

    void take_bus_message(const bus::StreamMessage& message) {
        auto event = client_event_of(message);
        if (event) {
            heard_.take(std::move(*event));
        } else {
            heard_.pass_bus(static_cast<std::int64_t>(message.stream_sequence));
        }
    }

    bus::Connection& bus_;
    Heard& heard_;
    std::string replica_;
    runtime::metrics::Counter skipped_{
        "lumos_heartbeats_skipped_total", "Heartbeats that are malformed or of nobody."};
    runtime::Seldom skipped_unsaid_;
    runtime::metrics::Counter broken_{
        "lumos_stream_reads_broken_total", "Times that reading AGENT or BUS broke off."};
    std::jthread agent_thread_;
    std::jthread bus_thread_;
};

StreamReaders::StreamReaders(bus::Connection& bus, Heard& heard, std::string replica)
    : impl_(std::make_unique<Impl>(bus, heard, std::move(replica))) {}

StreamReaders::~StreamReaders() = default;

}  // namespace lumos::presence
