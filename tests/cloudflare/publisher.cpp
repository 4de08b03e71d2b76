#include "tests/cloudflare/publisher.h"

#include "workers/shared/runtime/errors.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace lumos::simulator {
namespace {

namespace json = boost::json;

constexpr const char* kZonesPath = "/api/v1/servers/localhost/zones";
constexpr std::chrono::milliseconds kRetry{300};
constexpr std::chrono::milliseconds kCallLimit{5'000};

json::object change_of(const std::string& name, const std::string& type, const RecordSet* set) {
    json::object change{
        {"name", name + "."},
        {"type", type},
        {"changetype", set == nullptr ? "DELETE" : "REPLACE"}};
    if (set != nullptr) {
        json::array records;
        for (const std::string& content : set->contents) {
            records.push_back({{"content", content}, {"disabled", false}});
        }
        change["ttl"] = set->ttl;
        change["records"] = std::move(records);
    }
    return change;
}

// Deletions first: a CNAME must be gone before an address can stand in its place.
json::array changes_between(const RecordSets& before, const RecordSets& after) {
    json::array changes;
    for (const auto& [key, set] : before) {
        if (!after.contains(key)) {
            changes.push_back(change_of(key.first, key.second, nullptr));
        }
    }
    for (const auto& [key, set] : after) {
        const auto known = before.find(key);
        if (known == before.end() || known->second != set) {
            changes.push_back(change_of(key.first, key.second, &set));
        }
    }
    return changes;
}

std::string without_dot(std::string name) {
    if (name.ends_with('.')) {
        name.pop_back();
    }
    return name;
}

}  // namespace

Publisher::Publisher(PublisherOptions options, Store& store, const runtime::Clock& clock)
    : options_(std::move(options)),
      store_(store),
      clock_(clock) {
    while (options_.api_url.ends_with('/')) {
        options_.api_url.pop_back();
    }
    for (const ZoneInfo& zone : store_.zones()) {
        due_[zone.id] = clock_.steady();
    }
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Publisher::~Publisher() {
    thread_.request_stop();
}

void Publisher::note(const std::string& zone_id) {
    const std::lock_guard lock(mutex_);
    due_.try_emplace(zone_id, clock_.steady() + options_.delay);
    changed_.notify_all();
}

void Publisher::set_delay(std::chrono::milliseconds delay) {
    const std::lock_guard lock(mutex_);
    options_.delay = delay;
}

Publisher::State Publisher::state() const {
    const std::lock_guard lock(mutex_);
    return {due_.size() + (busy_ ? 1 : 0), error_, options_.delay};
}

bool Publisher::wait_published(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return due_.empty() && !busy_; });
}

void Publisher::run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        const auto next =
            std::ranges::min_element(due_, {}, [](const auto& entry) { return entry.second; });
        if (next == due_.end()) {
            changed_.wait(lock, stop, [&] { return !due_.empty(); });
        } else if (next->second > clock_.steady()) {
            const auto until = next->second;
            changed_.wait_until(lock, stop, until, [] { return false; });
        } else {
            const std::string zone_id = next->first;
            due_.erase(next);
            attempt(zone_id, lock);
        }
    }
}

// The lock is given up while the server is called.
void Publisher::attempt(const std::string& zone_id, std::unique_lock<std::mutex>& lock) {
    const auto age = options_.delay;
    std::string problem;
    busy_ = true;
    lock.unlock();
    try {
        publish(zone_id, age);
    } catch (const std::exception& failed) {
        problem = failed.what();
    }
    lock.lock();
    busy_ = false;
    error_ = problem;
    if (!problem.empty()) {
        due_.try_emplace(zone_id, clock_.steady() + kRetry);
    }
    changed_.notify_all();
}

void Publisher::publish(const std::string& zone_id, std::chrono::milliseconds age) {
    const auto zone = store_.zone(zone_id);
    if (!zone) {
        return;
    }
    const RecordSets wanted = record_sets(*store_.records(zone_id, age), zone->name);
    if (!published_.contains(zone->name)) {
        published_[zone->name] = fetch(zone->name);
    }
    const json::array changes = changes_between(published_[zone->name], wanted);
    if (!changes.empty()) {
        const http::Response answer = call(
            "PATCH",
            fmt::format("{}/{}.", kZonesPath, zone->name),
            json::serialize(json::object{{"rrsets", changes}}));
        if (answer.status != 204) {
            published_.erase(zone->name);
            throw runtime::Transient(fmt::format(
                "publish {}: {} {}{}", zone->name, answer.status, answer.error, answer.body));
        }
    }
    published_[zone->name] = wanted;
}

// What the server serves; its own records of the zone (SOA, NS) are none of ours.
RecordSets Publisher::fetch(const std::string& zone) {
    const http::Response answer = call("GET", fmt::format("{}/{}.", kZonesPath, zone), "");
    if (answer.status == 404 || answer.status == 422) {
        make_zone(zone);
        return {};
    }
    if (answer.status != 200) {
        throw runtime::Transient(fmt::format("read {}: {} {}", zone, answer.status, answer.error));
    }
    RecordSets sets;
    const json::value served = json::parse(answer.body);
    for (const json::value& item : served.at("rrsets").as_array()) {
        const std::string name = without_dot(std::string(item.at("name").as_string()));
        const std::string type(item.at("type").as_string());
        if (name == zone && (type == "SOA" || type == "NS")) {
            continue;
        }
        RecordSet& set = sets[{name, type}];
        set.ttl = item.at("ttl").to_number<std::int64_t>();
        for (const json::value& record : item.at("records").as_array()) {
            set.contents.insert(std::string(record.at("content").as_string()));
        }
    }
    return sets;
}

void Publisher::make_zone(const std::string& zone) {
    const json::object body{
        {"name", zone + "."},
        {"kind", "Native"},
        {"soa_edit_api", "INCREASE"},
        {"nameservers", json::array{"ada.ns.cloudflare.example.", "bob.ns.cloudflare.example."}}};
    const http::Response answer = call("POST", kZonesPath, json::serialize(body));
    if (answer.status != 201) {
        throw runtime::Transient(
            fmt::format("make {}: {} {}{}", zone, answer.status, answer.error, answer.body));
    }
}

http::Response Publisher::call(
    const std::string& method, const std::string& path, const std::string& body) {
    http::Request request;
    request.method = method;
    request.url = options_.api_url + path;
    request.headers = {{"X-API-Key", options_.api_key}, {"Content-Type", "application/json"}};
    request.body = body;
    request.deadline = kCallLimit;
    request.keep_alive = true;
    return client_.send(request);
}

}  // namespace lumos::simulator
