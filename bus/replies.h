#pragma once
// Answers to requests: one subscription a link, each request with a subject of its own below it.
// For bus/ only. Thread-safe.

#include "bus/callback_targets.h"
#include "bus/handles.h"
#include "bus/inbox.h"
#include "bus/shared.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace lumos::bus {

class LinkEvents;

class Replies {
public:
    Replies(natsConnection* connection, LinkEvents& events, std::string prefix);

    // A request under way; its answer is forgotten with it.
    class Expected {
    public:
        explicit Expected(Replies& replies);
        ~Expected();
        Expected(const Expected&) = delete;
        Expected& operator=(const Expected&) = delete;

        [[nodiscard]] const std::string& subject() const { return subject_; }
        // Nothing at the deadline, and when the link was lost.
        std::optional<Incoming> wait(Deadline until) { return answer_->take(until); }

    private:
        Replies& replies_;
        std::string subject_;
        Shared<Inbox> answer_;
    };

    // Which answers are waited for: what the library's thread sees.
    class Board {
    public:
        void put(Incoming message);
        void add(const std::string& subject, const Shared<Inbox>& answer);
        void remove(const std::string& subject);

    private:
        std::mutex mutex_;
        std::map<std::string, std::weak_ptr<Inbox>> waiting_;
    };

private:
    std::string next_subject();

    LinkEvents& events_;
    std::string prefix_;
    std::mutex mutex_;
    std::uint64_t last_ = 0;
    Shared<Board> board_;
    CallbackNumber<Board> number_;
    SubscriptionHandle subscription_;
};

}  // namespace lumos::bus
