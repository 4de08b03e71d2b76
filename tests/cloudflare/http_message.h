#pragma once
// HTTP/1.1 as the simulator speaks it. Of our own, because faults need the socket: an answer that
// stops in the middle, a connection that ends before or after the change was made. Pure; safe from
// any thread.

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lumos::simulator {

using Query = std::vector<std::pair<std::string, std::string>>;  // Decoded, in the order given.

struct HttpRequest {
    std::string method;
    std::string target;  // As sent.
    std::string path;    // Decoded, without the query.
    Query query;
    std::map<std::string, std::string> headers;  // Names in lower case; of several the last.
    std::string body;

    [[nodiscard]] std::string header(const std::string& name) const;
    // The last value given; nothing where there is none.
    [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
};

struct HttpReply {
    int status = 200;
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
};

// What a request's head says of its body.
struct BodyForm {
    bool chunked = false;
    std::size_t length = 0;
};

// `head` without the empty line at its end. Nothing where it is no HTTP/1.x.
[[nodiscard]] std::optional<HttpRequest> parse_head(std::string_view head);
[[nodiscard]] std::optional<BodyForm> body_form(const HttpRequest& request);
[[nodiscard]] std::string decode_percent(std::string_view text, bool plus_is_space);
[[nodiscard]] std::string to_wire(const HttpReply& reply, bool keep_alive);

}  // namespace lumos::simulator
