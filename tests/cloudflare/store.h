#pragma once
// The simulator's zones and records. A change is a transaction: kept when its function returns,
// gone when it throws. What was true before stays readable for a while (stale reads). With a file,
// every change is on disk before it is answered. Thread-safe.

#include "tests/cloudflare/change.h"
#include "tests/cloudflare/switches.h"
#include "tests/cloudflare/zone.h"
#include "workers/shared/runtime/clock.h"

#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace lumos::simulator {

class Store {
public:
    // file: empty for none. Reads what is in it.
    Store(std::filesystem::path file, const runtime::Clock& clock);

    // Adds a zone unless there is one of that name. id: empty for a new one.
    ZoneInfo add_zone(
        const std::string& name, const std::string& id = "", const std::string& plan = "free");
    [[nodiscard]] std::vector<ZoneInfo> zones() const;
    [[nodiscard]] std::optional<ZoneInfo> zone(const std::string& id_or_name) const;

    // As of `age` ago.
    [[nodiscard]] std::shared_ptr<const Records> records(
        const std::string& zone_id,
        std::chrono::milliseconds age = std::chrono::milliseconds(0)) const;

    using Change = std::function<boost::json::value(Records&, const ChangeContext&)>;
    // What `change` returned. Lets through what it throws, with nothing changed.
    boost::json::value change(
        const std::string& zone_id, const Switches& switches, const Change& change);

    // Called after each change with the zone's id, outside the lock.
    void on_change(std::function<void(const std::string& zone_id)> callback);
    [[nodiscard]] boost::json::object state() const;

private:
    struct Past {
        runtime::SteadyTime until;
        std::shared_ptr<const Records> records;
    };
    struct Entry {
        ZoneInfo info;
        std::shared_ptr<const Records> records;
        std::deque<Past> past;
    };

    void load();
    void load_zone(const boost::json::value& zone);
    void save() const;
    [[nodiscard]] boost::json::object state_unlocked() const;
    [[nodiscard]] Entry& entry(const std::string& zone_id);

    std::filesystem::path file_;
    const runtime::Clock& clock_;
    mutable std::mutex mutex_;
    std::map<std::string, Entry> zones_;  // By id.
    std::int64_t number_ = 0;
    std::function<void(const std::string&)> changed_;
};

}  // namespace lumos::simulator
