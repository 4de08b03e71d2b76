#include "workers/notifier/retry_rule.h"

#include "workers/shared/runtime/backoff.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace lumos::notifier {

namespace {

constexpr runtime::Backoff kBackoff{
    .first = std::chrono::seconds(5), .most = std::chrono::minutes(10)};

std::optional<int> read_number(std::string_view text) {
    int value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

std::optional<unsigned> read_month(std::string_view text) {
    constexpr std::array<std::string_view, 12> kMonths{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto found = std::ranges::find(kMonths, text);
    if (found == kMonths.end()) {
        return std::nullopt;
    }
    return static_cast<unsigned>(found - kMonths.begin()) + 1;
}

// HTTP's own form of a date: "Sun, 22 Nov 2026 03:12:04 GMT", fixed width.
std::optional<Time> read_http_date(std::string_view text) {
    if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") {
        return std::nullopt;
    }
    const auto day = read_number(text.substr(5, 2));
    const auto month = read_month(text.substr(8, 3));
    const auto year = read_number(text.substr(12, 4));
    const auto hour = read_number(text.substr(17, 2));
    const auto minute = read_number(text.substr(20, 2));
    const auto second = read_number(text.substr(23, 2));
    if (!day || !month || !year || !hour || !minute || !second || *day < 1) {
        return std::nullopt;
    }
    using namespace std::chrono;
    const year_month_day date{
        std::chrono::year(*year),
        std::chrono::month(*month),
        std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) {
        return std::nullopt;
    }
    return Time(sys_days(date)) + hours(*hour) + minutes(*minute) + seconds(*second);
}

}  // namespace

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, Time now) {
    if (const auto seconds = read_number(text); seconds && *seconds >= 0) {
        return std::chrono::seconds(*seconds);
    }
    if (const auto date = read_http_date(text)) {
        const auto left = std::chrono::ceil<std::chrono::seconds>(*date - now);
        return std::max(left, std::chrono::seconds(0));
    }
    return std::nullopt;
}

Outcome judge_http(int status, std::optional<std::string_view> retry_after, Time now) {
    if (status >= 200 && status <= 299) {
        return {Answer::Taken, {}};
    }
    Outcome outcome{Answer::TryAgain, "the receiver answered " + std::to_string(status)};
    if (status == 410) {
        outcome.answer = Answer::Gone;
        outcome.error += " (gone)";
        return outcome;
    }
    if (status >= 300 && status <= 399) {
        outcome.error += "; redirects are not followed";
    }
    if (retry_after) {
        outcome.pause = parse_retry_after(*retry_after, now);
    }
    return outcome;
}

Next next_step(const Outcome& outcome, const Attempt& attempt) {
    switch (outcome.answer) {
        case Answer::Taken:
            return {Next::What::Done};
        case Answer::Rejected:
        case Answer::Gone:
            return {Next::What::GiveUp};
        case Answer::TryAgain:
            break;
    }
    if (attempt.age >= kTryFor) {
        return {Next::What::GiveUp};
    }
    auto wait = kBackoff.wait(attempt.number, attempt.random);
    if (outcome.pause) {
        wait = std::max<std::chrono::milliseconds>(wait, *outcome.pause);
    }
    const auto left = std::chrono::milliseconds(kTryFor) - attempt.age;
    return {Next::What::Again, std::min(wait, left)};
}

}  // namespace lumos::notifier
