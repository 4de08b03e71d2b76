#include "tests/cloudflare/http_message.h"

#include "tests/cloudflare/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace lumos::simulator {
namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) {
        text.remove_suffix(1);
    }
    return text;
}

// The text up to `end`, which is taken out of `text` together with it.
std::string_view take(std::string_view& text, std::string_view end) {
    const std::size_t at = std::min(text.find(end), text.size());
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(std::min(at + end.size(), text.size()));
    return taken;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char small = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

void read_target(HttpRequest& request) {
    std::string_view rest = request.target;
    request.path = decode_percent(take(rest, "?"), false);
    while (!rest.empty()) {
        std::string_view pair = take(rest, "&");
        const std::string name = decode_percent(take(pair, "="), true);
        request.query.emplace_back(name, decode_percent(pair, true));
    }
}

const char* phrase(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 429:
            return "Too Many Requests";
        case 500:
            return "Internal Server Error";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        default:
            return "Status";
    }
}

}  // namespace

std::string HttpRequest::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
}

std::optional<std::string> HttpRequest::parameter(std::string_view name) const {
    const auto found = std::find_if(
        query.rbegin(), query.rend(), [&](const auto& pair) { return pair.first == name; });
    return found == query.rend() ? std::nullopt : std::optional(found->second);
}

std::string decode_percent(std::string_view text, bool plus_is_space) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool coded = text[at] == '%' && at + 2 < text.size() &&
                           hex_digit(text[at + 1]) >= 0 && hex_digit(text[at + 2]) >= 0;
        if (coded) {
            out += static_cast<char>(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2]));
            at += 2;
        } else {
            out += plus_is_space && text[at] == '+' ? ' ' : text[at];
        }
    }
    return out;
}

std::optional<HttpRequest> parse_head(std::string_view head) {
    HttpRequest request;
    std::string_view line = trimmed(take(head, "\n"));
    request.method = std::string(take(line, " "));
    request.target = std::string(take(line, " "));
    if (request.method.empty() || !request.target.starts_with('/') ||
        !line.starts_with("HTTP/1.")) {
        return std::nullopt;
    }
    while (!head.empty()) {
        std::string_view field = trimmed(take(head, "\n"));
        const std::string_view name = take(field, ":");
        request.headers[lower_case(std::string(name))] = std::string(trimmed(field));
    }
    read_target(request);
    return request;
}

std::optional<BodyForm> body_form(const HttpRequest& request) {
    BodyForm form;
    form.chunked = lower_case(request.header("transfer-encoding")) == "chunked";
    const std::string length = request.header("content-length");
    if (!form.chunked && !length.empty()) {
        const auto [end, failed] =
            std::from_chars(length.data(), length.data() + length.size(), form.length);
        if (failed != std::errc() || end != length.data() + length.size()) {
            return std::nullopt;
        }
    }
    return form;
}

std::string to_wire(const HttpReply& reply, bool keep_alive) {
    std::string out = fmt::format("HTTP/1.1 {} {}\r\n", reply.status, phrase(reply.status));
    for (const auto& [name, value] : reply.headers) {
        out += fmt::format("{}: {}\r\n", name, value);
    }
    out += fmt::format(
        "Content-Type: {}\r\nContent-Length: {}\r\nConnection: {}\r\n\r\n",
        reply.content_type,
        reply.body.size(),
        keep_alive ? "keep-alive" : "close");
    return out + reply.body;
}

}  // namespace lumos::simulator
