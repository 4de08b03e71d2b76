#pragma once
// What was called, answered and changed: one entry a request, in order of the answers; as JSON
// lines in a file where one is named. Never a token: its name. Thread-safe.

#include <boost/json.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

namespace lumos::simulator {

struct JournalEntry {
    std::int64_t number = 0;   // 1, 2, 3 …
    std::int64_t time_ms = 0;  // When the request had come, since the epoch.
    std::int64_t took_us = 0;
    std::string method;
    std::string path;  // After /client/v4.
    std::string query;
    std::string body;
    int status = 0;  // 0: the connection was cut.
    std::string who;
    std::string fault;     // "" where none was met; else "cut", "answer", "late" …
    bool changed = false;  // Records were changed.
};

[[nodiscard]] boost::json::object to_json(const JournalEntry& entry);

class Journal {
public:
    // file: empty for none. Appends.
    explicit Journal(const std::filesystem::path& file);

    void add(JournalEntry entry);
    // Those after `number`, the last 10,000 at most.
    [[nodiscard]] std::vector<JournalEntry> entries(std::int64_t after = 0) const;
    // Requests that changed records.
    [[nodiscard]] std::int64_t writes() const;
    // True once there are that many; false after `limit`.
    bool wait_writes(std::int64_t wanted, std::chrono::milliseconds limit);

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::ofstream file_;
    std::deque<JournalEntry> entries_;
    std::int64_t number_ = 0;
    std::int64_t writes_ = 0;
};

}  // namespace lumos::simulator
