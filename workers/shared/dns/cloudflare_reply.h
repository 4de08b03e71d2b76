#pragma once
// What Cloudflare's v4 API answered, sorted by what may be done next. Reads leniently: the envelope
// has at least six forms in the wild, and load balancers in front of it speak HTML. Pure; safe from
// any thread.

#include "schemas/time.h"
#include "workers/shared/dns/provider.h"
#include "workers/shared/http/client.h"

#include <boost/json/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace lumos::dns {

class CloudflareReply {
public:
    // `token` never survives in the error's text. `now` makes seconds of a Retry-After that is a
    // date.
    CloudflareReply(const http::Response& response, const std::string& token, Time now);
    ~CloudflareReply();
    CloudflareReply(CloudflareReply&&) noexcept;
    CloudflareReply& operator=(CloudflareReply&&) noexcept;
    CloudflareReply(const CloudflareReply&) = delete;
    CloudflareReply& operator=(const CloudflareReply&) = delete;

    // A 2xx whose envelope says success.
    [[nodiscard]] bool ok() const { return ok_; }
    // Certainly nothing was changed: the request was never sent, a rate limiter kept it back, or
    // the API itself said no in its own form with a 4xx. Whatever else is not ok may have been
    // carried out.
    [[nodiscard]] bool definite_no() const { return definite_no_; }
    [[nodiscard]] const ProviderError& error() const { return error_; }  // Unless ok.
    [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }
    // Null where there is none.
    [[nodiscard]] const boost::json::value* result() const;
    // A number of result_info: "page", "total_pages" …
    [[nodiscard]] std::optional<std::int64_t> info(std::string_view key) const;

    template <typename T>
    [[nodiscard]] Answer<T> as_error() const {
        return Answer<T>{std::nullopt, error_, retry_after_};
    }

private:
    void read_failure(const http::Response& response);
    void read_refusal();

    std::unique_ptr<const boost::json::value> document_;  // Null where the body is no JSON object.
    bool ok_ = false;
    bool definite_no_ = false;
    ProviderError error_;
    std::optional<std::chrono::seconds> retry_after_;
};

// Our code for what the API said.
[[nodiscard]] std::string reason_of(const ProviderError& error);

// One line fit for people: no control characters, no secret, of bounded length.
[[nodiscard]] std::string clean_text(std::string text, const std::string& secret);

// Seconds, or an HTTP date relative to `now`; bounded. Nothing where the text is neither.
[[nodiscard]] std::optional<std::chrono::seconds> read_retry_after(
    const std::string& text, Time now);

}  // namespace lumos::dns
