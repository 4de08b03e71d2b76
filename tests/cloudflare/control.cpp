#include "tests/cloudflare/control.h"

#include "tests/cloudflare/simulator.h"
#include "workers/shared/runtime/errors.h"

#include <functional>
#include <map>

namespace lumos::simulator {
namespace {

namespace json = boost::json;

constexpr Millis kWaitMax{60'000};

struct Asked {
    Simulator& simulator;
    const HttpRequest& request;
    std::string rest;  // Of the path, behind the name of the call.

    [[nodiscard]] json::value body() const {
        return request.body.empty() ? json::value(json::object()) : json::parse(request.body);
    }
    [[nodiscard]] std::int64_t number(const char* name, std::int64_t otherwise) const {
        const auto text = request.parameter(name);
        return text ? std::stoll(*text) : otherwise;
    }
    [[nodiscard]] Millis wait() const { return std::min(Millis(number("wait", 0)), kWaitMax); }
};

json::array all_records(const Asked& asked) {
    const std::string wanted = asked.request.parameter("zone").value_or("");
    json::array all;
    for (const ZoneInfo& zone : asked.simulator.store().zones()) {
        if (!wanted.empty() && wanted != zone.name && wanted != zone.id) {
            continue;
        }
        for (json::object& record : asked.simulator.records(
                 zone.name,
                 asked.request.parameter("name").value_or(""),
                 asked.request.parameter("type").value_or(""))) {
            record["zone"] = zone.name;
            all.push_back(std::move(record));
        }
    }
    return all;
}

// The zone of {"zone": …, …}; the rest is the record.
std::pair<std::string, json::object> zone_and_record(const Asked& asked) {
    json::object record = asked.body().as_object();
    const std::string zone(record.at("zone").as_string());
    record.erase("zone");
    return {zone, std::move(record)};
}

json::value put_record(const Asked& asked) {
    const auto [zone, record] = zone_and_record(asked);
    return json::object{{"id", asked.simulator.set_record(zone, record)}};
}

json::value post_record(const Asked& asked) {
    const auto [zone, record] = zone_and_record(asked);
    return json::object{{"id", asked.simulator.add_record(zone, record)}};
}

json::value delete_record(const Asked& asked) {
    for (const ZoneInfo& zone : asked.simulator.store().zones()) {
        if (asked.simulator.store().records(zone.id)->contains(asked.rest)) {
            asked.simulator.remove_record(zone.name, asked.rest);
            return json::object{{"id", asked.rest}};
        }
    }
    throw runtime::UsageError("no record " + asked.rest);
}

json::value post_zone(const Asked& asked) {
    const json::object body = asked.body().as_object();
    const auto text = [&](const char* key, const char* otherwise) {
        return body.contains(key) ? std::string(body.at(key).as_string()) : std::string(otherwise);
    };
    const ZoneInfo zone =
        asked.simulator.store().add_zone(text("name", ""), text("id", ""), text("plan", "free"));
    if (asked.simulator.publisher() != nullptr) {
        asked.simulator.publisher()->note(zone.id);
    }
    return json::object{{"id", zone.id}, {"name", zone.name}};
}

json::value get_journal(const Asked& asked) {
    json::array shown;
    for (const JournalEntry& entry : asked.simulator.journal().entries(asked.number("after", 0))) {
        shown.push_back(to_json(entry));
    }
    return shown;
}

json::value get_writes(const Asked& asked) {
    asked.simulator.journal().wait_writes(asked.number("least", 0), asked.wait());
    return json::object{{"writes", asked.simulator.journal().writes()}};
}

json::value post_fault(const Asked& asked) {
    return json::object{{"id", asked.simulator.faults().add(fault_from_json(asked.body()))}};
}

json::value delete_faults(const Asked& asked) {
    asked.simulator.faults().clear();
    asked.simulator.faults().release();
    return json::object();
}

json::value get_held(const Asked& asked) {
    asked.simulator.faults().wait_held(
        static_cast<std::size_t>(asked.number("least", 0)), asked.wait());
    return json::object{{"held", asked.simulator.faults().held()}};
}

json::value put_switches(const Asked& asked) {
    const json::object wanted = asked.body().as_object();
    for (const auto& member : wanted) {
        const std::string value = member.value().is_string()
                                      ? std::string(member.value().get_string())
                                      : json::serialize(member.value());
        asked.simulator.api().set(member.key(), value);
    }
    return to_json(asked.simulator.api().switches());
}

json::value put_limits(const Asked& asked) {
    const json::value wanted = asked.body();
    asked.simulator.api().rate_limit().set(
        {wanted.at("requests").to_number<std::size_t>(),
         std::chrono::seconds(wanted.at("seconds").to_number<std::int64_t>())});
    return json::object();
}

json::value get_publish(const Asked& asked) {
    Publisher* publisher = asked.simulator.publisher();
    if (publisher == nullptr) {
        return json::object{
            {"pending", 0}, {"error", "nothing is published: no --pdns-api"}, {"delay", 0}};
    }
    publisher->wait_published(asked.wait());
    const Publisher::State state = publisher->state();
    return json::object{
        {"pending", state.pending}, {"error", state.error}, {"delay", state.delay.count()}};
}

json::value put_publish(const Asked& asked) {
    if (asked.simulator.publisher() == nullptr) {
        throw runtime::UsageError("nothing is published: no --pdns-api");
    }
    asked.simulator.publisher()->set_delay(
        Millis(asked.body().at("delay").to_number<std::int64_t>()));
    return get_publish(asked);
}

json::value put_tokens(const Asked& asked) {
    asked.simulator.api().set_tokens(read_tokens(asked.request.body));
    return json::object();
}

using Call = std::function<json::value(const Asked&)>;

const std::map<std::string, Call>& calls() {
    static const std::map<std::string, Call> kTable{
        {"GET records", all_records},
        {"PUT records", put_record},
        {"POST records", post_record},
        {"DELETE records", delete_record},
        {"GET state", [](const Asked& asked) { return asked.simulator.store().state(); }},
        {"POST zones", post_zone},
        {"GET journal", get_journal},
        {"GET writes", get_writes},
        {"GET faults", [](const Asked& asked) { return asked.simulator.faults().list(); }},
        {"POST faults", post_fault},
        {"DELETE faults", delete_faults},
        {"GET held", get_held},
        {"POST release",
         [](const Asked& asked) {
             return json::object{{"released", asked.simulator.faults().release()}};
         }},
        {"GET switches",
         [](const Asked& asked) { return to_json(asked.simulator.api().switches()); }},
        {"PUT switches", put_switches},
        {"PUT limits", put_limits},
        {"GET publish", get_publish},
        {"PUT publish", put_publish},
        {"PUT tokens", put_tokens},
    };
    return kTable;
}

HttpReply problem(int status, const std::string& text) {
    return json_reply(status, json::object{{"error", text}});
}

}  // namespace

HttpReply control(Simulator& simulator, const HttpRequest& request) {
    const std::string below = request.path.substr(std::string_view("/simulator").size());
    const std::size_t slash = below.find('/', 1);
    const std::string name =
        below.empty() ? "" : below.substr(1, slash == std::string::npos ? slash : slash - 1);
    const Asked asked{
        simulator, request, slash == std::string::npos ? "" : below.substr(slash + 1)};
    const auto found = calls().find(request.method + " " + name);
    if (found == calls().end()) {
        return problem(404, "no such control; the table is in tests/cloudflare/README.md");
    }
    try {
        return json_reply(200, found->second(asked));
    } catch (const ApiError& error) {
        return problem(400, std::to_string(error.code) + " " + error.what());
    } catch (const std::exception& error) {
        return problem(400, error.what());
    }
}

}  // namespace lumos::simulator
