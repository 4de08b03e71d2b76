#pragma once
// Events that wait to be published, in their order. Each method is one transaction in a session of
// the pool; thread-safe. Throws what sql/error.h names.

#include "schemas/time.h"
#include "sql/stored_event.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace lumos::sql {

class Pool;

struct SeenStream {
    std::string name;
    Time created_at;  // As NATS says now.
};

struct OutboxRound {
    bool mine = false;         // False: another process is at it; nothing was done.
    bool stream_anew = false;  // It is another stream than the recorded one: rows became due again.
    std::size_t taken = 0;     // Rows that were given to `publish`.
    std::size_t published = 0;  // Of these.
};

class OutboxStore {
public:
    explicit OutboxStore(Pool& pool) : pool_(pool) {}

    // Takes the turn of the stream, which one process has at a time. Where the stream was created
    // anew, what was published within `again` is due again, a step of it each round, and nothing
    // else is done. Otherwise `publish` gets the next rows in their order and returns the ids of
    // those that the stream has. It is called in the transaction: it must end within ten seconds.
    struct Limits {
        std::size_t rows = 100;
        std::size_t rows_again = 5'000;
        std::chrono::hours again{24};
    };
    using Publish = std::function<std::vector<std::string>(const std::vector<StoredEvent>&)>;
    OutboxRound round(const SeenStream& stream, const Limits& limits, const Publish& publish);

    // Unpublished rows older than that.
    [[nodiscard]] bool has_left_behind(std::chrono::milliseconds age);

    // Deletes rows published longer ago than that; how many.
    std::size_t delete_old(std::chrono::hours age, std::size_t at_most);

private:
    Pool& pool_;
};

}  // namespace lumos::sql
