#include "workers/shared/dns/cloudflare_reply.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <system_error>

namespace lumos::dns {
namespace {

namespace json = boost::json;

constexpr std::size_t kMessageBytesMax = 400;
// Cloudflare blocks for five minutes; a header that says more than an hour is a mistake somewhere.
constexpr std::chrono::seconds kRetryAfterMax{3'600};

std::unique_ptr<const json::value> parse_object(const std::string& body) {
    json::error_code failed;
    json::value document = json::parse(body, failed);
    if (failed || !document.is_object()) {
        return nullptr;
    }
    return std::make_unique<const json::value>(std::move(document));
}

std::int64_t number_or_zero(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr) {
        return 0;
    }
    if (value->is_string()) {
        std::int64_t number = 0;
        const json::string& text = value->get_string();
        std::from_chars(text.data(), text.data() + text.size(), number);
        return number;
    }
    json::error_code failed;
    const auto number = value->to_number<std::int64_t>(failed);
    return failed ? 0 : number;
}

std::string text_or_empty(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

// The first of the errors; a chain carries the cause of a header error.
void read_first_error(const json::array& errors, ProviderError& error) {
    if (errors.empty() || !errors.front().is_object()) {
        return;
    }
    const json::object& first = errors.front().get_object();
    error.code = number_or_zero(first, "code");
    error.message = text_or_empty(first, "message");
    const json::value* chain = first.if_contains("error_chain");
    if (chain != nullptr && chain->is_array() && !chain->get_array().empty() &&
        chain->get_array().front().is_object()) {
        const json::object& cause = chain->get_array().front().get_object();
        error.message +=
            fmt::format(": {} {}", number_or_zero(cause, "code"), text_or_empty(cause, "message"));
    }
}

bool is_one_of(std::int64_t code, std::initializer_list<std::int64_t> codes) {
    return std::ranges::find(codes, code) != codes.end();
}

bool mentions(const std::string& message, std::string_view word) {
    const auto same = [](unsigned char a, unsigned char b) {
        return std::tolower(a) == std::tolower(b);
    };
    return std::search(message.begin(), message.end(), word.begin(), word.end(), same) !=
           message.end();
}

std::string reason_of_forbidden(const ProviderError& error) {
    if (is_one_of(error.code, {9103, 9106}) ||
        (error.code == 9109 && mentions(error.message, "invalid access token"))) {
        return "token_invalid";
    }
    // 1038: the API is closed for some free top-level domains, whatever the token.
    return error.code == 1038 ? "rejected" : "token_permission";
}

}  // namespace

std::string reason_of(const ProviderError& error) {
    // The codes of rate limiting came with various statuses over the years.
    if (error.http_status == 429 || is_one_of(error.code, {971, 10100, 10300, 10429})) {
        return "rate_limited";
    }
    if (error.http_status < 400 || error.http_status >= 500) {
        return error.http_status >= 200 && error.http_status < 300 ? "rejected"
                                                                   : "provider_unreachable";
    }
    // 1000 means many things; as the answer to a verification it says this.
    const bool fails_verification =
        error.code == 1000 && mentions(error.message, "invalid api token");
    if (error.http_status == 401 || fails_verification ||
        is_one_of(error.code, {6003, 6102, 6103, 6111, 9106})) {
        return "token_invalid";
    }
    if (error.http_status == 403) {
        return reason_of_forbidden(error);
    }
    // 7003 and 7000: the path's ids lead nowhere. 1001: the older word for it.
    if (is_one_of(error.code, {7000, 7003}) || (error.http_status == 404 && error.code == 1001)) {
        return "zone_unknown";
    }
    return "rejected";
}

std::string clean_text(std::string text, const std::string& secret) {
    for (std::size_t at = 0; !secret.empty() && (at = text.find(secret, at)) != std::string::npos;
         at += 3) {
        text.replace(at, secret.size(), "***");
    }
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    if (text.size() > kMessageBytesMax) {
        std::size_t end = kMessageBytesMax;
        // Not in the middle of a UTF-8 sequence: the text goes to a database that checks.
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
            --end;
        }
        text.resize(end);
        text += "…";
    }
    return text;
}

std::optional<std::chrono::seconds> read_retry_after(const std::string& text, Time now) {
    std::int64_t seconds = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    const bool is_number = failed == std::errc() && end == text.data() + text.size();
    if (!is_number) {
        std::tm date{};
        const char* rest = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
        if (rest == nullptr || *rest != '\0') {
            return std::nullopt;
        }
        const auto at = std::chrono::system_clock::from_time_t(timegm(&date));
        seconds = std::chrono::ceil<std::chrono::seconds>(at - now).count();
    }
    return std::clamp(std::chrono::seconds(seconds), std::chrono::seconds(0), kRetryAfterMax);
}

CloudflareReply::CloudflareReply(
    const http::Response& response, const std::string& token, Time now) {
    if (!response.answered()) {
        read_failure(response);
    } else {
        error_.http_status = response.status;
        document_ = parse_object(response.body);
        read_refusal();
    }
    error_.message = clean_text(std::move(error_.message), token);
    if (ok_) {
        return;
    }
    if (error_.reason.empty()) {
        error_.reason = reason_of(error_);
    }
    const auto wait = http::find_header(response.headers, "retry-after");
    if (wait && error_.reason == "rate_limited") {
        retry_after_ = read_retry_after(*wait, now);
    }
}

CloudflareReply::~CloudflareReply() = default;
CloudflareReply::CloudflareReply(CloudflareReply&&) noexcept = default;
CloudflareReply& CloudflareReply::operator=(CloudflareReply&&) noexcept = default;

void CloudflareReply::read_failure(const http::Response& response) {
    error_.message = "no answer: " + response.error;
    definite_no_ = !response.may_have_been_sent;
}

void CloudflareReply::read_refusal() {
    const int status = error_.http_status;
    // A limiter answers instead of the API, in whatever form; nothing behind it has seen the
    // request.
    definite_no_ = status == 429;
    if (document_ == nullptr) {
        error_.message = fmt::format("HTTP {} without an answer of the API", status);
        error_.reason = status == 429 ? "rate_limited" : "provider_unreachable";
        return;
    }
    const json::object& envelope = document_->get_object();
    const json::value* success = envelope.if_contains("success");
    const json::value* errors = envelope.if_contains("errors");
    const bool says_yes = success != nullptr && success->is_bool() && success->get_bool();
    const bool says_no = success != nullptr && success->is_bool() && !success->get_bool();
    if (errors != nullptr && errors->is_array()) {
        read_first_error(errors->get_array(), error_);
    }
    ok_ = says_yes && status >= 200 && status < 300;
    if (ok_) {
        error_ = {};
        return;
    }
    const bool is_envelope = says_no && errors != nullptr && errors->is_array();
    // 408, 409 and 425 speak of timing, and 499 of a connection that ended: not of what was done
    // before. A 2xx that says no contradicts itself. None of them is documented for this API, so
    // none is taken as a promise.
    const bool is_about_timing = status == 408 || status == 409 || status == 425 || status == 499;
    definite_no_ =
        definite_no_ || (is_envelope && status >= 400 && status < 500 && !is_about_timing);
    if (error_.message.empty()) {
        error_.message = text_or_empty(envelope, "error");
        error_.code = error_.code != 0 ? error_.code : number_or_zero(envelope, "code");
    }
    if (error_.message.empty()) {
        error_.message = fmt::format("HTTP {} without a reason", status);
    }
}

const json::value* CloudflareReply::result() const {
    return document_ == nullptr ? nullptr : document_->get_object().if_contains("result");
}

std::optional<std::int64_t> CloudflareReply::info(std::string_view key) const {
    const json::value* info =
        document_ == nullptr ? nullptr : document_->get_object().if_contains("result_info");
    if (info == nullptr || !info->is_object() || !info->get_object().contains(key)) {
        return std::nullopt;
    }
    return number_or_zero(info->get_object(), key);
}

}  // namespace lumos::dns
