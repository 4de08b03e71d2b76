#include "bus/dead_letters.h"

#include "bus/error.h"
#include "bus/jetstream_api.h"
#include "bus/streams_impl.h"
#include "schemas/subjects.h"

#include <boost/json.hpp>

namespace lumos::bus {

namespace {

constexpr std::chrono::milliseconds kLimit{2'000};
constexpr std::size_t kBodyKept = 16 * 1024;

// A letter is JSON and so UTF-8. A body that is not (or was cut inside a character) shows question
// marks for all that is not ASCII.
std::string readable(std::string_view body) {
    std::string text(body.substr(0, kBodyKept));
    boost::system::error_code problem;
    (void)boost::json::parse(boost::json::serialize(boost::json::value(text)), problem);
    if (!problem) {
        return text;
    }
    for (char& c : text) {
        const auto byte = static_cast<unsigned char>(c);
        constexpr unsigned char kAsciiEnd = 0x7F;
        if (byte >= kAsciiEnd) {
            c = '?';
        }
    }
    return text;
}

bool publish_once(
    Link& link, const std::string& subject, const std::string& letter, const std::string& id) {
    const auto answer = link.request(subject, letter, deadline_in(kLimit), {{"Nats-Msg-Id", id}});
    if (!answer) {
        throw BusUnavailable("no acknowledgement for " + subject);
    }
    if (answer->status == kNoResponders) {
        return false;
    }
    (void)read_publish_ack(answer->body);
    return true;
}

}  // namespace

std::string dead_letter(const Burial& burial, const StreamMessage& message) {
    return boost::json::serialize(boost::json::object{
        {"consumer", burial.consumer},
        {"stream", burial.stream},
        {"subject", message.subject},
        {"sequence", message.stream_sequence},
        {"deliveries", message.deliveries},
        {"storedAt", to_rfc3339(message.stored_at)},
        {"why", burial.why},
        {"body", readable(message.body)},
    });
}

void publish_dead_letter(Link& link, const Burial& burial, const StreamMessage& message) {
    const auto subject = schemas::subjects::dead(burial.consumer, message.subject);
    const auto letter = dead_letter(burial, message);
    // The time is part of the id: a stream that was made anew counts from 1 again.
    const auto id = "dead-" + burial.consumer + "-" + std::to_string(message.stream_sequence) +
                    "-" + std::to_string(message.stored_at.time_since_epoch().count());
    if (publish_once(link, subject, letter, id)) {
        return;
    }
    ensure_stream(link, kDeadStream);
    if (!publish_once(link, subject, letter, id)) {
        throw BusUnavailable("no stream takes " + subject);
    }
}

}  // namespace lumos::bus
