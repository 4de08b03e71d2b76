#include "tests/cloudflare/journal.h"

#include "workers/shared/runtime/errors.h"

namespace lumos::simulator {
namespace {

namespace json = boost::json;

constexpr std::size_t kEntriesKept = 10'000;

// As JSON where it is JSON, so that a reader of the journal need not parse twice.
json::value body_of(const std::string& text) {
    if (text.empty()) {
        return nullptr;
    }
    json::error_code failed;
    json::value body = json::parse(text, failed);
    return failed ? json::value(text) : body;
}

}  // namespace

json::object to_json(const JournalEntry& entry) {
    return {
        {"number", entry.number},
        {"time", entry.time_ms},
        {"tookMicroseconds", entry.took_us},
        {"method", entry.method},
        {"path", entry.path},
        {"query", entry.query},
        {"body", body_of(entry.body)},
        {"status", entry.status},
        {"who", entry.who},
        {"fault", entry.fault},
        {"changed", entry.changed}};
}

Journal::Journal(const std::filesystem::path& file) {
    if (file.empty()) {
        return;
    }
    file_.open(file, std::ios::app);
    if (!file_) {
        throw runtime::UsageError("--log " + file.string() + ": cannot be written");
    }
}

void Journal::add(JournalEntry entry) {
    const std::lock_guard lock(mutex_);
    entry.number = ++number_;
    writes_ += entry.changed ? 1 : 0;
    if (file_.is_open()) {
        file_ << json::serialize(to_json(entry)) << '\n' << std::flush;
    }
    entries_.push_back(std::move(entry));
    if (entries_.size() > kEntriesKept) {
        entries_.pop_front();
    }
    changed_.notify_all();
}

std::vector<JournalEntry> Journal::entries(std::int64_t after) const {
    const std::lock_guard lock(mutex_);
    std::vector<JournalEntry> found;
    for (const JournalEntry& entry : entries_) {
        if (entry.number > after) {
            found.push_back(entry);
        }
    }
    return found;
}

std::int64_t Journal::writes() const {
    const std::lock_guard lock(mutex_);
    return writes_;
}

bool Journal::wait_writes(std::int64_t wanted, std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return writes_ >= wanted; });
}

}  // namespace lumos::simulator
