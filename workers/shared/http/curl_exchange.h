#pragma once
// What libcurl's callbacks see of the request under way, and what its failure means. Inside of the
// client only; one thread at a time.

#include "workers/shared/http/client.h"
#include "workers/shared/runtime/clock.h"

#include <array>
#include <string>

namespace lumos::http {

inline constexpr std::size_t kCurlErrorBytes = 256;

// It lives as long as libcurl's handle, because a kept connection holds on to the pointer.
struct Exchange {
    const Request* request = nullptr;
    Response response;
    std::size_t header_bytes = 0;
    bool too_large = false;
    bool is_interim = false;  // The headers are those of a 1xx answer.
    bool is_enough = false;   // The rest is not wanted.
    std::string refused;      // The address that may not be connected to.
    bool tried = false;       // Some other address may, and was.
    runtime::SteadyTime deadline{};
    std::array<char, kCurlErrorBytes> error{};
};

// code: a CURLcode other than CURLE_OK.
[[nodiscard]] Failure failure_of(int code, const Exchange& exchange);

// For people, and the same for the same cause: no figures that differ each time. easy: libcurl's
// handle.
[[nodiscard]] std::string error_of(void* easy, int code, Failure failure, const Exchange& exchange);

}  // namespace lumos::http
