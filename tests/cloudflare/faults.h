#pragma once
// Faults that a test asks for: which requests they meet, how many, and what happens to each. A
// request meets one fault at most, the first that fits. As JSON (POST /simulator/faults) the
// members have these names. Thread-safe.

#include "tests/cloudflare/http_message.h"
#include "tests/cloudflare/listener.h"

#include <boost/json.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace lumos::simulator {

using Millis = std::chrono::milliseconds;

struct Fault {
    // Which requests. `path` is compared with what follows /client/v4, * stands for anything;
    // `contains` with the body.
    std::string method = "*";
    std::string path = "*";
    std::string contains;
    std::int64_t skip = 0;   // This many that fit are let through first.
    std::int64_t count = 1;  // This many are met; −1: all.

    // Before the change is made.
    Millis delay_before{0};
    bool hold_before = false;  // Waits until POST /simulator/release (or release()).
    // With an answer or a cut that comes `before`, the change is not made, unless `late` says when.
    std::optional<HttpReply> answer;  // In place of the API's.
    Cut cut = Cut::None;
    bool before = false;
    std::optional<Millis>
        late;  // The change is made this long after the request was answered or cut.
    boost::json::object change_request;  // Put over the request (and over each item of a batch):
                                         // something else is stored.
    // After it.
    boost::json::object
        change_answer;  // Put over the answer's record or records: something else is said.
    Millis delay_after{0};
    bool hold_after = false;
    // Of reads: what was true this long ago.
    Millis stale{0};
};

// Throws runtime::UsageError. The answer of `answer` may be a ready one by name, see
// ready_answer().
[[nodiscard]] Fault fault_from_json(const boost::json::value& value);
[[nodiscard]] boost::json::object to_json(const Fault& fault);

// "502": the load balancer's HTML; "503", "504"; "429", "429_html", "429_old"; "403", "403_html",
// "401", "400_token", "200_no", "200_html", "409", "408", "500". Throws runtime::UsageError on
// another.
[[nodiscard]] HttpReply ready_answer(const std::string& name);

// Whether * of the pattern can stand for what differs.
[[nodiscard]] bool fits_pattern(std::string_view text, std::string_view pattern);

class Faults {
public:
    std::int64_t add(Fault fault);
    // The fault that this request meets, if any; counts it.
    [[nodiscard]] std::optional<Fault> meet(const HttpRequest& request, const std::string& path);
    void clear();
    [[nodiscard]] boost::json::array list() const;

    // Waits until released, or until stop is requested (then false).
    bool hold(const std::stop_token& stop);
    // Lets go on whoever is held now; how many.
    std::size_t release();
    [[nodiscard]] std::size_t held() const;
    // True once that many are held; false after `limit`.
    bool wait_held(std::size_t wanted, Millis limit);

private:
    struct Entry {
        std::int64_t id = 0;
        Fault fault;
        std::int64_t seen = 0;
        std::int64_t met = 0;
    };
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::vector<Entry> entries_;
    std::int64_t next_id_ = 1;
    std::size_t held_ = 0;
    std::uint64_t releases_ = 0;
};

}  // namespace lumos::simulator
