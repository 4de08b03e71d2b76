// Events: pages behind a cursor, and the same as a stream of server-sent events. The control
// plane's own are those of the account "_system", for administrators.

#include "schemas/subjects.h"
#include "sql/console_log_store.h"
#include "workers/console/answers.h"
#include "workers/console/api.h"
#include "workers/console/problem.h"
#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/log.h"

#include <boost/json.hpp>

#include <atomic>
#include <charconv>
#include <memory>

namespace lumos::console {
namespace {

namespace store = sql::console;
using http::ServerResponse;

constexpr std::string_view kSystem = "_system";
constexpr std::chrono::milliseconds kLookAgain{500};
constexpr std::chrono::seconds kKeepAlive{10};
// A follower holds one of the server's threads.
constexpr int kFollowersMax = 8;

boost::json::object shown(const store::Event& event) {
    auto data = boost::json::parse(event.data);
    const auto of_data = [&](const char* key) {
        const auto* found = data.is_object() ? data.as_object().if_contains(key) : nullptr;
        return found == nullptr ? boost::json::value(nullptr) : *found;
    };
    boost::json::object json{
        {"id", event.id},
        {"sequence", event.sequence},
        {"type", event.type},
        {"time", to_rfc3339(event.time)},
        {"source", "/lumos/" + event.source},
        {"kind", event.kind},
        {"subject", event.subject},
        {"correlationId", event.incident}};
    json["domain"] = event.kind == "domain" ? boost::json::value(event.subject) : nullptr;
    for (const char* key : {"fromIp", "toIp", "reason", "cause"}) {
        json[key] = of_data(key);
    }
    json["data"] = std::move(data);
    return json;
}

std::int64_t sequence_of(const std::string& text) {
    std::int64_t sequence = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), sequence);
    if (error != std::errc() || end != text.data() + text.size() || sequence < 0) {
        throw invalid_field("after", "after must be the sequence of an event");
    }
    return sequence;
}

store::EventFilter filter_of(const Call& call) {
    store::EventFilter filter;
    filter.limit = page_of(call).limit;
    // A browser that reconnects says so in the header.
    const auto last = call.header("Last-Event-ID");
    filter.after = sequence_of(last ? *last : call.query("after").value_or("0"));
    filter.type = call.query("type");
    const auto domain = call.query("domain");
    const auto server = call.query("server");
    if (domain && server) {
        throw invalid_field("server", "choose a domain or a server, not both");
    }
    if (domain || server) {
        filter.kind = domain ? "domain" : "server";
        filter.subject = domain ? domain : server;
    }
    if (const auto since = call.query("since")) {
        filter.since = parse_time(*since);
        if (!filter.since) {
            throw invalid_field("since", "this is no time", "write it like 2026-11-22T03:12:00Z");
        }
    }
    return filter;
}

std::optional<std::int64_t> account_id_of(store::Work& work, const Call& call) {
    if (call.path("account") == kSystem && call.caller.is_admin()) {
        return std::nullopt;
    }
    return account_of(work, call).id;
}

// Counts itself among the followers while it lives.
class Follower {
public:
    Follower() {
        if (count().fetch_add(1) >= kFollowersMax) {
            count().fetch_sub(1);
            throw Problem(
                ProblemType::Unavailable,
                "too many are following the events of this console",
                "ask for pages instead");
        }
    }
    ~Follower() { count().fetch_sub(1); }
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;

private:
    static std::atomic<int>& count() {
        static std::atomic<int> followers{0};
        return followers;
    }
};

struct Following {
    Follower follower;
    store::EventFilter filter;
    runtime::SteadyTime written_at;
};

std::string as_server_sent(const store::Event& event) {
    return "id: " + std::to_string(event.sequence) + "\nevent: " + event.type +
           "\ndata: " + boost::json::serialize(shown(event)) + "\n\n";
}

// One round: what is new, or from time to time a comment that keeps the connection. False ends it.
bool follow_round(
    Parts& parts, Following& following, const std::function<bool(std::string_view)>& write) {
    std::vector<store::Event> events;
    try {
        Session work(parts);
        events = store::events_after(work, following.filter);
    } catch (const std::exception& failed) {
        // The reader comes back with the id it read last.
        runtime::log_warn("following_ended", {{"error", failed.what()}});
        return false;
    }
    for (const auto& event : events) {
        if (!write(as_server_sent(event))) {
            return false;
        }
        following.filter.after = event.sequence;
    }
    const auto now = parts.clock.steady();
    if (!events.empty()) {
        following.written_at = now;
        return true;
    }
    if (now - following.written_at >= kKeepAlive) {
        following.written_at = now;
        if (!write(": still here\n\n")) {
            return false;
        }
    }
    return runtime::pause(parts.stop, kLookAgain);
}

ServerResponse follow(Parts& parts, const store::EventFilter& filter) {
    // allow: std::function copies what it holds, and a follower is counted once.
    auto following = std::make_shared<Following>();  // allow: copied with the response's function
    following->filter = filter;
    following->written_at = parts.clock.steady();
    ServerResponse response;
    response.content_type = "text/event-stream";
    response.headers.emplace("Cache-Control", "no-store");
    response.stream = [&parts, following](const std::function<bool(std::string_view)>& write) {
        return follow_round(parts, *following, write);
    };
    return response;
}

ServerResponse list_events(Parts& parts, const Call& call) {
    auto filter = filter_of(call);
    const auto accept = call.header("Accept").value_or("");
    std::vector<store::Event> events;
    {
        Session work(parts);
        filter.account_id = account_id_of(work, call);
        if (accept.find("text/event-stream") == std::string::npos) {
            events = store::events_after(work, filter);
        } else {
            return follow(parts, filter);
        }
    }
    boost::json::array items;
    for (const auto& event : events) {
        items.push_back(shown(event));
    }
    // Also at the end: whoever follows goes on from there.
    const auto next = std::to_string(events.empty() ? filter.after : events.back().sequence);
    return answer_page(std::move(items), next);
}

ServerResponse show_event(Parts& parts, const Call& call) {
    const auto id = call.path("id");
    Session work(parts);
    const auto account_id = account_id_of(work, call);
    const bool form =
        id.size() == 36 && id.find_first_not_of("0123456789abcdef-") == std::string::npos;
    const auto event = form ? store::find_event(work, account_id, id) : std::nullopt;
    if (!event) {
        throw not_found("event", id);
    }
    return answer(shown(*event));
}

}  // namespace

void add_event_routes(Api& api) {
    api.on("GET", "/api/v1/accounts/{account}/events", Access::Read, list_events);
    api.on("GET", "/api/v1/accounts/{account}/events/{id}", Access::Read, show_event);
}

}  // namespace lumos::console
