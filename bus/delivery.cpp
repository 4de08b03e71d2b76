#include "bus/delivery.h"

#include <charconv>
#include <vector>

namespace lumos::bus {

namespace {

std::vector<std::string_view> split(std::string_view subject) {
    std::vector<std::string_view> tokens;
    while (true) {
        const auto dot = subject.find('.');
        tokens.push_back(subject.substr(0, dot));
        if (dot == std::string_view::npos) {
            return tokens;
        }
        subject.remove_prefix(dot + 1);
    }
}

std::optional<std::uint64_t> number(std::string_view token) {
    std::uint64_t value = 0;
    const auto* const end = token.data() + token.size();
    const auto [stopped, problem] = std::from_chars(token.data(), end, value);
    if (problem != std::errc{} || stopped != end) {
        return std::nullopt;
    }
    return value;
}

}  // namespace

std::optional<Delivery> read_delivery(Incoming&& incoming) {
    constexpr std::size_t kShortForm = 9;
    constexpr std::size_t kLongForm = 11;
    const auto tokens = split(incoming.reply);
    if (tokens.size() < kShortForm || tokens[0] != "$JS" || tokens[1] != "ACK") {
        return std::nullopt;
    }
    if (tokens.size() != kShortForm && tokens.size() < kLongForm) {
        return std::nullopt;
    }
    // The numbers follow stream and consumer, which stand two tokens further back in the long form.
    const std::size_t first = tokens.size() == kShortForm ? 4 : 6;
    const auto deliveries = number(tokens[first]);
    const auto stream_sequence = number(tokens[first + 1]);
    const auto consumer_sequence = number(tokens[first + 2]);
    const auto nanoseconds = number(tokens[first + 3]);
    const auto pending = number(tokens[first + 4]);
    if (!deliveries || !stream_sequence || !consumer_sequence || !nanoseconds || !pending) {
        return std::nullopt;
    }
    Delivery delivery;
    delivery.message.deliveries = *deliveries;
    delivery.message.stream_sequence = *stream_sequence;
    delivery.message.consumer_sequence = *consumer_sequence;
    delivery.message.pending = *pending;
    delivery.message.stored_at = Time(std::chrono::floor<std::chrono::microseconds>(
        std::chrono::nanoseconds(static_cast<std::int64_t>(*nanoseconds))));
    delivery.message.subject = std::move(incoming.subject);
    delivery.message.body = std::move(incoming.body);
    delivery.ack_subject = std::move(incoming.reply);
    return delivery;
}

}  // namespace lumos::bus
