#pragma once
// Carries what was committed to a PowerDNS authoritative server by its HTTP API, in a thread of its
// own: a while after the change (the provider's own propagation), again and again until it is
// there. The server's zones are made where they are missing, and hold what the store holds, also
// after a restart. Thread-safe.

#include "tests/cloudflare/rrsets.h"
#include "tests/cloudflare/store.h"
#include "workers/shared/http/client.h"
#include "workers/shared/runtime/clock.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace lumos::simulator {

struct PublisherOptions {
    std::string api_url;  // "http://127.0.0.1:8081"
    std::string api_key;
    std::chrono::milliseconds delay{0};  // At most two minutes.
};

class Publisher {
public:
    Publisher(PublisherOptions options, Store& store, const runtime::Clock& clock);
    ~Publisher();
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    // The zone was changed, or is new.
    void note(const std::string& zone_id);
    void set_delay(std::chrono::milliseconds delay);

    struct State {
        std::size_t pending = 0;  // Zones with changes that are not published.
        std::string error;        // Why the last attempt failed; "" where it did not.
        std::chrono::milliseconds delay{0};
    };
    [[nodiscard]] State state() const;
    // True once everything noted is published; false after `limit`.
    bool wait_published(std::chrono::milliseconds limit);

private:
    void run(const std::stop_token& stop);
    void attempt(const std::string& zone_id, std::unique_lock<std::mutex>& lock);
    // Throws; it is tried again.
    void publish(const std::string& zone_id, std::chrono::milliseconds age);
    [[nodiscard]] RecordSets fetch(const std::string& zone);
    void make_zone(const std::string& zone);
    [[nodiscard]] http::Response call(
        const std::string& method, const std::string& path, const std::string& body);

    PublisherOptions options_;
    Store& store_;
    const runtime::Clock& clock_;
    http::CurlClient client_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<std::string, runtime::SteadyTime> due_;  // By zone id; guarded by mutex_.
    bool busy_ = false;                               // Guarded by mutex_.
    std::string error_;                               // Guarded by mutex_.
    std::map<std::string, RecordSets> published_;     // By zone name; of the thread alone.
    std::jthread thread_;
};

}  // namespace lumos::simulator
