#include "workers/shared/http/curl_exchange.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <cctype>
#include <cstring>

namespace lumos::http {
namespace {

static_assert(kCurlErrorBytes >= CURL_ERROR_SIZE);

// How far it came, without figures that differ each time.
std::string timeout_of(CURL* easy) {
    curl_off_t resolved = 0;
    curl_off_t connected = 0;
    curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved);
    curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connected);
    if (connected > 0) {
        return "no answer in time";
    }
    return resolved > 0 ? "connecting timed out" : "resolving the name timed out";
}

std::string connect_error_of(CURL* easy) {
    long number = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
    std::string text = number == 0 ? "cannot connect" : std::strerror(static_cast<int>(number));
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
}

}  // namespace

Failure failure_of(int code, const Exchange& exchange) {
    if (exchange.too_large) {
        return Failure::TooLarge;
    }
    switch (code) {
        case CURLE_OPERATION_TIMEDOUT:
            return Failure::Timeout;
        case CURLE_COULDNT_RESOLVE_HOST:
            return Failure::Resolve;
        case CURLE_COULDNT_CONNECT:
            return exchange.refused.empty() || exchange.tried ? Failure::Connect : Failure::Refused;
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_INVALIDCERTSTATUS:
            return Failure::Tls;
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
            return Failure::BadUrl;
        case CURLE_FILESIZE_EXCEEDED:
            return Failure::TooLarge;
        default:
            return Failure::Reset;
    }
}

std::string error_of(void* easy, int code, Failure failure, const Exchange& exchange) {
    if (failure == Failure::Refused) {
        return fmt::format("address {} may not be connected to", exchange.refused);
    }
    if (failure == Failure::TooLarge) {
        return fmt::format("the answer is larger than {} bytes", exchange.request->body_bytes_max);
    }
    if (failure == Failure::Timeout) {
        return timeout_of(easy);
    }
    if (failure == Failure::Connect) {
        return connect_error_of(easy);
    }
    return exchange.error[0] != '\0' ? std::string(exchange.error.data())
                                     : std::string(curl_easy_strerror(static_cast<CURLcode>(code)));
}

}  // namespace lumos::http
