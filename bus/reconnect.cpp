#include "bus/reconnect.h"

#include "bus/error.h"

#include <sodium.h>

#include <algorithm>

namespace lumos::bus {

namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string checked_url(std::string_view url) {
    const auto scheme_end = url.find("://");
    const auto scheme = scheme_end == std::string_view::npos ? "nats" : url.substr(0, scheme_end);
    const auto rest = scheme_end == std::string_view::npos ? url : url.substr(scheme_end + 3);
    if (rest.empty()) {
        throw BusRefused("a NATS URL is empty");
    }
    if (scheme != "nats" && scheme != "tls") {
        throw BusRefused(
            "a NATS URL begins with nats:// or tls://, not with " + std::string(scheme) + "://");
    }
    return std::string(scheme) + "://" + std::string(rest);
}

}  // namespace

std::vector<std::string> split_urls(std::string_view urls) {
    std::vector<std::string> result;
    while (true) {
        const auto comma = urls.find(',');
        result.push_back(checked_url(trimmed(urls.substr(0, comma))));
        if (comma == std::string_view::npos) {
            return result;
        }
        urls.remove_prefix(comma + 1);
    }
}

std::string host_of(std::string_view url) {
    if (const auto scheme = url.find("://"); scheme != std::string_view::npos) {
        url.remove_prefix(scheme + 3);
    }
    url.remove_prefix(std::min(url.size(), url.rfind('@') + 1));  // npos + 1 is 0.
    if (url.starts_with('[')) {
        return std::string(url.substr(1, url.find(']') - 1));
    }
    return std::string(url.substr(0, url.rfind(':')));
}

std::chrono::milliseconds reconnect_wait(
    std::chrono::milliseconds first,
    std::chrono::milliseconds most,
    std::int64_t round,
    double random) {
    constexpr std::int64_t kDoublingsMax = 20;
    const auto doublings = std::clamp<std::int64_t>(round - 1, 0, kDoublingsMax);
    const auto whole = std::min(most, first * (std::int64_t{1} << doublings));
    const auto share = 0.5 + random / 2;
    return std::chrono::milliseconds(
        static_cast<std::int64_t>(static_cast<double>(whole.count()) * share));
}

double random_share() {
    return static_cast<double>(randombytes_random()) / 4294967296.0;
}

}  // namespace lumos::bus
