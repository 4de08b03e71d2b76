#include "tests/cloudflare/store.h"

#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/ids.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace lumos::simulator {
namespace {

namespace json = boost::json;

constexpr std::chrono::minutes kPastKept{2};
constexpr std::size_t kPastMax = 256;
constexpr const char* kAccountId = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";

// Whole or not at all: written beside it, brought to the disk, put in its place.
void write_atomically(const std::filesystem::path& file, const std::string& text) {
    const std::string beside = file.string() + ".new";
    const int handle = open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    std::size_t done = 0;
    while (handle >= 0 && done < text.size()) {
        const ssize_t written = ::write(handle, text.data() + done, text.size() - done);
        if (written < 0) {
            break;
        }
        done += static_cast<std::size_t>(written);
    }
    const bool whole = handle >= 0 && done == text.size() && fdatasync(handle) == 0;
    if (handle >= 0) {
        close(handle);
    }
    if (!whole || rename(beside.c_str(), file.c_str()) != 0) {
        throw runtime::Transient(fmt::format("write {}: {}", file.string(), std::strerror(errno)));
    }
}

}  // namespace

Store::Store(std::filesystem::path file, const runtime::Clock& clock)
    : file_(std::move(file)),
      clock_(clock) {
    if (!file_.empty() && std::filesystem::exists(file_)) {
        load();
    }
}

ZoneInfo Store::add_zone(const std::string& name, const std::string& id, const std::string& plan) {
    if (auto known = zone(name)) {
        return *known;
    }
    ZoneInfo info{
        .id = id.empty() ? runtime::random_hex(16) : id,
        .name = name,
        .plan = plan,
        .account_id = kAccountId,
        .created_on = to_sql_time(clock_.now())};
    const std::lock_guard lock(mutex_);
    zones_[info.id] = Entry{info, std::make_shared<const Records>(), {}};
    save();
    return info;
}

std::vector<ZoneInfo> Store::zones() const {
    const std::lock_guard lock(mutex_);
    std::vector<ZoneInfo> all;
    for (const auto& [id, entry] : zones_) {
        all.push_back(entry.info);
    }
    return all;
}

std::optional<ZoneInfo> Store::zone(const std::string& id_or_name) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : zones_) {
        if (id == id_or_name || entry.info.name == id_or_name) {
            return entry.info;
        }
    }
    return std::nullopt;
}

std::shared_ptr<const Records> Store::records(
    const std::string& zone_id, std::chrono::milliseconds age) const {
    const std::lock_guard lock(mutex_);
    const auto found = zones_.find(zone_id);
    if (found == zones_.end()) {
        return std::make_shared<const Records>();
    }
    const runtime::SteadyTime wanted = clock_.steady() - age;
    for (const Past& past : found->second.past) {
        if (past.until > wanted) {
            return past.records;
        }
    }
    return found->second.records;
}

Store::Entry& Store::entry(const std::string& zone_id) {
    const auto found = zones_.find(zone_id);
    if (found == zones_.end()) {
        throw ApiError(403, 10000, "Authentication error", Complainer::Gateway);
    }
    return found->second;
}

json::value Store::change(
    const std::string& zone_id, const Switches& switches, const Change& change) {
    json::value shown;
    std::function<void(const std::string&)> changed;
    {
        const std::lock_guard lock(mutex_);
        Entry& zone = entry(zone_id);
        auto copy = std::make_shared<Records>(*zone.records);
        const ChangeContext context{
            zone.info,
            switches,
            clock_.now(),
            [] { return runtime::random_hex(16); },
            [this] { return ++number_; }};
        shown = change(*copy, context);
        const runtime::SteadyTime now = clock_.steady();
        zone.past.push_back({now, std::move(zone.records)});
        zone.records = std::move(copy);
        while (zone.past.size() > kPastMax || zone.past.front().until + kPastKept < now) {
            zone.past.pop_front();
        }
        save();
        changed = changed_;
    }
    if (changed) {
        changed(zone_id);
    }
    return shown;
}

void Store::on_change(std::function<void(const std::string& zone_id)> callback) {
    const std::lock_guard lock(mutex_);
    changed_ = std::move(callback);
}

json::object Store::state() const {
    const std::lock_guard lock(mutex_);
    return state_unlocked();
}

json::object Store::state_unlocked() const {
    json::array zones;
    for (const auto& [id, entry] : zones_) {
        json::array records;
        for (const auto& [record_id, record] : *entry.records) {
            records.push_back(to_state(record));
        }
        zones.push_back(
            {{"id", id},
             {"name", entry.info.name},
             {"plan", entry.info.plan},
             {"account_id", entry.info.account_id},
             {"created_on", entry.info.created_on},
             {"records", std::move(records)}});
    }
    return {{"number", number_}, {"zones", std::move(zones)}};
}

void Store::save() const {
    if (!file_.empty()) {
        write_atomically(file_, json::serialize(state_unlocked()) + "\n");
    }
}

void Store::load() {
    std::ifstream in(file_);
    std::stringstream text;
    text << in.rdbuf();
    try {
        const json::value state = json::parse(text.str());
        number_ = state.at("number").to_number<std::int64_t>();
        for (const json::value& zone : state.at("zones").as_array()) {
            load_zone(zone);
        }
    } catch (const std::exception& problem) {
        throw runtime::UsageError(fmt::format(
            "--state {}: not written by the simulator ({}); move it away to start empty",
            file_.string(),
            problem.what()));
    }
}

void Store::load_zone(const json::value& zone) {
    const auto field = [&](const char* key) { return std::string(zone.at(key).as_string()); };
    const ZoneInfo info{
        field("id"), field("name"), field("plan"), field("account_id"), field("created_on")};
    auto records = std::make_shared<Records>();
    for (const json::value& item : zone.at("records").as_array()) {
        StoredRecord record = record_from_state(item.as_object());
        records->emplace(record.id, record);
    }
    zones_[info.id] = Entry{info, std::move(records), {}};
}

}  // namespace lumos::simulator
