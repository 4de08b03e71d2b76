#include "schemas/time.h"

#include <array>
#include <cstdio>

namespace lumos {
namespace {

using std::chrono::microseconds;

std::string formatted(Time time, microseconds unit, const char* fraction) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    std::array<char, 80> text{};
    int length = std::snprintf(
        text.data(),
        text.size(),
        "%04d-%02u-%02uT%02d:%02d:%02d",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()),
        static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()));
    std::string out(text.data(), static_cast<std::size_t>(length));
    length = std::snprintf(
        text.data(), text.size(), fraction, static_cast<long long>(clock.subseconds() / unit));
    return out.append(text.data(), static_cast<std::size_t>(length)) + "Z";
}

// Takes a text apart from the left; once something does not fit, nothing does any more.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    int digits(std::size_t count) {
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (!next_is_digit()) {
                fits_ = false;
                return 0;
            }
            value = value * 10 + (take() - '0');
        }
        return value;
    }
    void one_of(std::string_view choices) {
        if (rest_.empty() || choices.find(rest_.front()) == std::string_view::npos) {
            fits_ = false;
            return;
        }
        take();
    }
    bool skip(char c) {
        if (rest_.empty() || rest_.front() != c) {
            return false;
        }
        take();
        return true;
    }
    // ".117345678" as microseconds; what is smaller is cut.
    microseconds fraction() {
        if (!skip('.')) {
            return microseconds{0};
        }
        std::int64_t value = 0;
        int places = 0;
        for (; next_is_digit(); ++places) {
            const int digit = take() - '0';
            if (places < 6) {
                value = value * 10 + digit;
            }
        }
        fits_ = fits_ && places > 0;
        for (; places < 6; ++places) {
            value *= 10;
        }
        return microseconds{value};
    }
    // "Z", "+00", "+05:30", "-0300", "+05:30:15".
    std::chrono::seconds offset() {
        if (skip('Z') || skip('z')) {
            return std::chrono::seconds{0};
        }
        const bool east = skip('+');
        if (!east && !skip('-')) {
            fits_ = false;
            return std::chrono::seconds{0};
        }
        std::chrono::seconds sum = std::chrono::hours{digits(2)};
        if (skip(':') || next_is_digit()) {
            sum += std::chrono::minutes{digits(2)};
        }
        if (skip(':')) {
            sum += std::chrono::seconds{digits(2)};
        }
        return east ? sum : -sum;
    }
    [[nodiscard]] bool ended_well() const { return fits_ && rest_.empty(); }

private:
    [[nodiscard]] bool next_is_digit() const {
        return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
    }
    char take() {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    std::string_view rest_;
    bool fits_ = true;
};

}  // namespace

std::string to_rfc3339(Time time) {
    return formatted(time, std::chrono::milliseconds{1}, ".%03lld");
}

std::string to_sql_time(Time time) {
    return formatted(time, microseconds{1}, ".%06lld");
}

std::optional<Time> parse_time(std::string_view text) {
    Scanner scan(text);
    const int year = scan.digits(4);
    scan.one_of("-");
    const int month = scan.digits(2);
    scan.one_of("-");
    const int day = scan.digits(2);
    scan.one_of("Tt ");
    const int hours = scan.digits(2);
    scan.one_of(":");
    const int minutes = scan.digits(2);
    scan.one_of(":");
    const int seconds = scan.digits(2);
    const auto fraction = scan.fraction();
    const auto offset = scan.offset();
    const std::chrono::year_month_day date(
        std::chrono::year{year},
        std::chrono::month{static_cast<unsigned>(month)},
        std::chrono::day{static_cast<unsigned>(day)});
    // 60 is a leap second: the next minute's first.
    if (!scan.ended_well() || !date.ok() || hours > 23 || minutes > 59 || seconds > 60 ||
        std::chrono::abs(offset) >= std::chrono::hours{24}) {
        return std::nullopt;
    }
    return std::chrono::sys_days(date) + std::chrono::hours{hours} + std::chrono::minutes{minutes} +
           std::chrono::seconds{seconds} + fraction - offset;
}

}  // namespace lumos
