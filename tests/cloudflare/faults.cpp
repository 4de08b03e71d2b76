#include "tests/cloudflare/faults.h"

#include "tests/cloudflare/envelope.h"
#include "workers/shared/runtime/errors.h"

#include <algorithm>
#include <map>

namespace lumos::simulator {
namespace {

namespace json = boost::json;

const std::map<std::string, Cut>& cuts() {
    static const std::map<std::string, Cut> kTable{
        {"none", Cut::None},
        {"close", Cut::Close},
        {"reset", Cut::Reset},
        {"halfway", Cut::Halfway},
        {"silence", Cut::Silence}};
    return kTable;
}

HttpReply html(int status, const std::string& title) {
    return HttpReply{
        .status = status,
        .content_type = "text/html",
        .headers = {},
        .body = "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" +
                title +
                "</h1></center>\r\n<hr><center>cloudflare-lb</center>\r\n</body>\r\n</html>\r\n"};
}

HttpReply limited(HttpReply reply) {
    reply.headers.emplace_back("retry-after", "300");
    return reply;
}

std::string text_at(const json::object& from, const char* key, const std::string& otherwise) {
    const json::value* value = from.if_contains(key);
    return value == nullptr ? otherwise : std::string(value->as_string());
}

std::int64_t number_at(const json::object& from, const char* key, std::int64_t otherwise) {
    const json::value* value = from.if_contains(key);
    return value == nullptr ? otherwise : value->to_number<std::int64_t>();
}

bool flag_at(const json::object& from, const char* key) {
    const json::value* value = from.if_contains(key);
    return value != nullptr && value->as_bool();
}

json::object object_at(const json::object& from, const char* key) {
    const json::value* value = from.if_contains(key);
    return value == nullptr ? json::object() : value->as_object();
}

// A name of ready_answer(), or {"status", "body", "content_type", "headers"}.
HttpReply answer_from(const json::value& value) {
    if (value.is_string()) {
        return ready_answer(std::string(value.get_string()));
    }
    const json::object& from = value.as_object();
    HttpReply reply;
    reply.status = static_cast<int>(number_at(from, "status", 200));
    reply.content_type = text_at(from, "content_type", "application/json");
    if (const json::value* body = from.if_contains("body")) {
        reply.body = body->is_string() ? std::string(body->get_string()) : json::serialize(*body);
    }
    for (const auto& header : object_at(from, "headers")) {
        reply.headers.emplace_back(header.key(), std::string(header.value().as_string()));
    }
    return reply;
}

void refuse_unknown_keys(const json::object& from) {
    for (const auto& member : from) {
        static const std::vector<std::string_view> kKnown{
            "method",
            "path",
            "contains",
            "skip",
            "count",
            "delay_before",
            "hold_before",
            "answer",
            "cut",
            "before",
            "late",
            "stale",
            "change_request",
            "change_answer",
            "delay_after",
            "hold_after"};
        if (std::ranges::find(kKnown, std::string_view(member.key())) == kKnown.end()) {
            throw runtime::UsageError(
                "fault: " + std::string(member.key()) +
                " is not known; see tests/cloudflare/faults.h");
        }
    }
}

Fault read_fault(const json::object& from) {
    refuse_unknown_keys(from);
    Fault fault;
    fault.method = text_at(from, "method", fault.method);
    fault.path = text_at(from, "path", fault.path);
    fault.contains = text_at(from, "contains", "");
    fault.skip = number_at(from, "skip", fault.skip);
    fault.count = number_at(from, "count", fault.count);
    fault.delay_before = Millis(number_at(from, "delay_before", 0));
    fault.delay_after = Millis(number_at(from, "delay_after", 0));
    fault.hold_before = flag_at(from, "hold_before");
    fault.hold_after = flag_at(from, "hold_after");
    fault.before = flag_at(from, "before");
    fault.stale = Millis(number_at(from, "stale", 0));
    fault.change_request = object_at(from, "change_request");
    fault.change_answer = object_at(from, "change_answer");
    if (const json::value* answer = from.if_contains("answer")) {
        fault.answer = answer_from(*answer);
    }
    if (from.contains("late")) {
        fault.late = Millis(number_at(from, "late", 0));
    }
    fault.cut = cuts().at(text_at(from, "cut", "none"));
    return fault;
}

}  // namespace

bool fits_pattern(std::string_view text, std::string_view pattern) {
    if (pattern.empty()) {
        return text.empty();
    }
    if (pattern.front() == '*') {
        // The star stands for nothing, or for one character more.
        return fits_pattern(text, pattern.substr(1)) ||
               (!text.empty() && fits_pattern(text.substr(1), pattern));
    }
    return !text.empty() && text.front() == pattern.front() &&
           fits_pattern(text.substr(1), pattern.substr(1));
}

HttpReply ready_answer(const std::string& name) {
    static const std::map<std::string, HttpReply> kTable{
        {"502", html(502, "502 Bad Gateway")},
        {"503", html(503, "503 Service Temporarily Unavailable")},
        {"504", html(504, "504 Gateway Time-out")},
        {"500", refusal(ApiError(500, 1000, "Internal server error"))},
        {"429",
         limited(refusal(
             ApiError(429, 971, "Please wait and consider throttling your request speed")))},
        {"429_old",
         limited(refusal(ApiError(
             429,
             10100,
             "More than 1200 requests per 300 seconds reached. Please wait and consider throttling "
             "your request speed")))},
        {"429_html", limited(html(429, "429 Too Many Requests"))},
        {"408", refusal(ApiError(408, 1000, "Request timeout"))},
        {"409", refusal(ApiError(409, 1000, "Conflict"))},
        {"403", refusal(ApiError(403, 10000, "Authentication error", Complainer::Gateway))},
        {"403_html", html(403, "403 Forbidden")},
        {"401", refusal(ApiError(401, 10000, "Authentication error", Complainer::Gateway))},
        {"400_token",
         refusal(
             ApiError(400, 6111, "Invalid format for Authorization header", Complainer::Headers))},
        {"200_no", refusal(ApiError(200, 1000, "An unknown error occurred"))},
        {"200_html", html(200, "Sign in to this network")},
    };
    const auto found = kTable.find(name);
    if (found == kTable.end()) {
        throw runtime::UsageError(
            "fault: no ready answer \"" + name + "\"; see tests/cloudflare/faults.h");
    }
    return found->second;
}

Fault fault_from_json(const json::value& value) {
    try {
        return read_fault(value.as_object());
    } catch (const runtime::UsageError&) {
        throw;
    } catch (const std::exception& problem) {
        throw runtime::UsageError(
            std::string("fault: a value of the wrong kind (") + problem.what() + ")");
    }
}

json::object to_json(const Fault& fault) {
    const auto cut =
        std::ranges::find(cuts(), fault.cut, [](const auto& row) { return row.second; });
    return {
        {"method", fault.method},
        {"path", fault.path},
        {"contains", fault.contains},
        {"skip", fault.skip},
        {"count", fault.count},
        {"delay_before", fault.delay_before.count()},
        {"hold_before", fault.hold_before},
        {"answer", fault.answer ? json::value(fault.answer->status) : json::value()},
        {"cut", cut->first},
        {"before", fault.before},
        {"late", fault.late ? json::value(fault.late->count()) : json::value()},
        {"change_request", fault.change_request},
        {"change_answer", fault.change_answer},
        {"delay_after", fault.delay_after.count()},
        {"hold_after", fault.hold_after},
        {"stale", fault.stale.count()}};
}

std::int64_t Faults::add(Fault fault) {
    const std::lock_guard lock(mutex_);
    entries_.push_back({next_id_, std::move(fault), 0, 0});
    return next_id_++;
}

std::optional<Fault> Faults::meet(const HttpRequest& request, const std::string& path) {
    const std::lock_guard lock(mutex_);
    for (Entry& entry : entries_) {
        const Fault& fault = entry.fault;
        const bool fits = (fault.method == "*" || fault.method == request.method) &&
                          fits_pattern(path, fault.path) &&
                          request.body.find(fault.contains) != std::string::npos;
        const bool spent = fault.count >= 0 && entry.met >= fault.count;
        if (!fits || spent) {
            continue;
        }
        if (entry.seen++ < fault.skip) {
            continue;
        }
        ++entry.met;
        return fault;
    }
    return std::nullopt;
}

void Faults::clear() {
    const std::lock_guard lock(mutex_);
    entries_.clear();
}

json::array Faults::list() const {
    const std::lock_guard lock(mutex_);
    json::array all;
    for (const Entry& entry : entries_) {
        json::object shown = to_json(entry.fault);
        shown["id"] = entry.id;
        shown["met"] = entry.met;
        all.push_back(std::move(shown));
    }
    return all;
}

bool Faults::hold(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const std::uint64_t before = releases_;
    ++held_;
    changed_.notify_all();
    const bool released = changed_.wait(lock, stop, [&] { return releases_ != before; });
    --held_;
    changed_.notify_all();
    return released;
}

std::size_t Faults::release() {
    const std::lock_guard lock(mutex_);
    ++releases_;
    changed_.notify_all();
    return held_;
}

std::size_t Faults::held() const {
    const std::lock_guard lock(mutex_);
    return held_;
}

bool Faults::wait_held(std::size_t wanted, Millis limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return held_ >= wanted; });
}

}  // namespace lumos::simulator
