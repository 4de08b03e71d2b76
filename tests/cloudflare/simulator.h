#pragma once
// The simulator as tests use it in process: listens from its construction to its end. The
// executable is the same with flags (main.cpp). Everything that a test does here, another process
// does by /simulator/… (control.h). Thread-safe.

#include "tests/cloudflare/api.h"
#include "tests/cloudflare/faults.h"
#include "tests/cloudflare/journal.h"
#include "tests/cloudflare/listener.h"
#include "tests/cloudflare/publisher.h"
#include "tests/cloudflare/store.h"
#include "tests/cloudflare/tokens.h"
#include "workers/shared/runtime/clock.h"

#include <boost/json.hpp>

#include <chrono>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace lumos::simulator {

struct ZoneSpec {
    std::string name;
    std::string id = {};
    std::string plan = "free";
};

struct Options {
    std::string listen = "127.0.0.1:0";
    std::filesystem::path state = {};
    std::filesystem::path log = {};
    std::vector<ZoneSpec> zones = {};
    std::vector<Token> tokens = {};  // None: every token may edit every zone.
    RateLimit::Limits limits = {};
    PublisherOptions publish = {};  // Without an api_url nothing is published.
};

class Simulator {
public:
    explicit Simulator(const Options& options);
    ~Simulator();
    Simulator(const Simulator&) = delete;
    Simulator& operator=(const Simulator&) = delete;

    [[nodiscard]] int port() const { return listener_->port(); }
    [[nodiscard]] std::string base_url() const;  // For CLOUDFLARE_BASE_URL.
    void stop();

    // Somebody's hand at the dashboard: not in the journal, no token asked. `record` as in the
    // API's POST. Edits the record of that name and type where there is exactly one, else makes
    // one; its id.
    std::string set_record(const std::string& zone, const boost::json::object& record);
    std::string add_record(const std::string& zone, const boost::json::object& record);
    void remove_record(const std::string& zone, const std::string& id);
    // Those of a zone, as the API shows them; name and type: "" for any.
    [[nodiscard]] std::vector<boost::json::object> records(
        const std::string& zone, const std::string& name = "", const std::string& type = "") const;
    // The content of the only such record; "" where there is none or there are several.
    [[nodiscard]] std::string content(
        const std::string& zone, const std::string& name, const std::string& type = "A") const;

    [[nodiscard]] Store& store() { return store_; }
    [[nodiscard]] Api& api() { return api_; }
    [[nodiscard]] Faults& faults() { return faults_; }
    [[nodiscard]] Journal& journal() { return journal_; }
    [[nodiscard]] Publisher* publisher() { return publisher_.get(); }

private:
    [[nodiscard]] Exchange handle(const HttpRequest& request, const std::stop_token& stop);
    [[nodiscard]] Exchange call_api(const HttpRequest& request, const std::stop_token& stop);
    [[nodiscard]] Exchange with_fault(
        const HttpRequest& request,
        JournalEntry entry,
        const Fault& fault,
        const std::stop_token& stop);
    [[nodiscard]] HttpReply carry_out(const HttpRequest& request, JournalEntry entry, Millis stale);
    void carry_out_later(const HttpRequest& request, const JournalEntry& entry, Millis wait);

    runtime::SystemClock clock_;
    Store store_;
    Journal journal_;
    Faults faults_;
    Api api_;
    std::unique_ptr<Publisher> publisher_;
    std::mutex later_mutex_;
    std::list<std::jthread> later_;  // Guarded by later_mutex_.
    std::unique_ptr<Listener> listener_;
};

}  // namespace lumos::simulator
