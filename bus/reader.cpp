#include "bus/connection_impl.h"
#include "bus/consumer.h"
#include "bus/error.h"
#include "bus/jetstream_api.h"
#include "bus/pull.h"
#include "bus/streams_impl.h"

#include <boost/json.hpp>

namespace lumos::bus {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr seconds kGoneUnused{30};
constexpr milliseconds kApiLimit{5'000};
// Large enough that a snapshot of many subjects does not wait for requests.
constexpr std::uint64_t kBatch = 500;
constexpr milliseconds kRenewBefore{3'000};

boost::json::object consumer_request(const ReaderOptions& options) {
    boost::json::object config{
        {"name", options.name},
        {"deliver_policy", options.last_per_subject ? "last_per_subject" : "by_start_sequence"},
        {"ack_policy", "none"},
        {"replay_policy", "instant"},
        {"filter_subject", options.filter},
        {"inactive_threshold", nanoseconds(kGoneUnused).count()},
        {"num_replicas", 1},
        {"mem_storage", true},
    };
    if (!options.last_per_subject) {
        config["opt_start_seq"] = options.start_sequence;
    }
    return {{"stream_name", options.stream}, {"config", std::move(config)}};
}

PullOptions pull_options(const ReaderOptions& options) {
    PullOptions pull;
    pull.stream = options.stream;
    pull.consumer = options.name;
    pull.batch = kBatch;
    pull.low_water = kBatch / 2;
    pull.renew_before = kRenewBefore;
    return pull;
}

}  // namespace

class Reader::Impl {
public:
    Impl(Connection& connection, ReaderOptions options)
        : options_(std::move(options)),
          link_(connection.impl().link()) {
        delete_consumer();  // What an earlier reader of this name left behind.
        ask(*link_,
            "CONSUMER.CREATE." + options_.stream + "." + options_.name + "." + options_.filter,
            consumer_request(options_),
            kApiLimit);
        created_at_ = stream_state(*link_, options_.stream).created_at;
        pull_.emplace(link_, pull_options(options_));
    }

    ~Impl() {
        try {
            pull_.reset();
            if (!link_->closed()) {
                link_->publish(delete_subject(), {}, {});
            }
        } catch (
            const std::runtime_error&) {  // The server deletes it by itself, after kGoneUnused.
            pull_.reset();
        }
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    std::vector<StreamMessage> read(std::size_t batch, milliseconds at_most) {
        std::vector<StreamMessage> messages;
        auto until = deadline_in(at_most);
        while (messages.size() < batch) {
            auto delivery = pull_->take(until);
            if (!delivery) {
                break;
            }
            if (delivery->message.consumer_sequence != ++read_) {
                throw BusUnavailable("messages of " + options_.stream + " are missing");
            }
            messages.push_back(std::move(delivery->message));
            until = Deadline{};  // From the second on, only what is there.
        }
        return messages;
    }

    [[nodiscard]] Time stream_created_at() const { return created_at_; }

private:
    [[nodiscard]] std::string delete_subject() const {
        return "$JS.API.CONSUMER.DELETE." + options_.stream + "." + options_.name;
    }

    void delete_consumer() {
        try {
            ask(*link_,
                delete_subject().substr(std::string_view("$JS.API.").size()),
                {},
                kApiLimit);
        } catch (const StreamMissing&) {
            return;  // The usual case: there is none.
        }
    }

    ReaderOptions options_;
    LinkPtr link_;
    Time created_at_;
    std::optional<Pull> pull_;
    std::uint64_t read_ = 0;
};

Reader::Reader(Connection& connection, ReaderOptions options)
    : impl_(std::make_unique<Impl>(connection, std::move(options))) {}
Reader::~Reader() = default;

std::vector<StreamMessage> Reader::read(std::size_t batch, milliseconds at_most) {
    return impl_->read(batch, at_most);
}

Time Reader::stream_created_at() const {
    return impl_->stream_created_at();
}

}  // namespace lumos::bus
