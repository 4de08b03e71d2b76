#pragma once
// Somebody who reads an account's events with a cursor, as the API lets them.

#include "sql/connection.h"
#include "sql/transaction.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::sql {

class EventFollower {
public:
    explicit EventFollower(const std::string& url, std::int64_t cursor = 0)
        : connection_(url, "test/follower"),
          cursor_(cursor) {}

    // Reads on from where it stands, a page at a time, until nothing comes.
    void read() {
        constexpr int kPage = 3;
        while (read_page(kPage) == kPage) {
        }
    }
    std::size_t read_page(int rows) {
        Transaction transaction(connection_);
        const auto page = transaction.run(
            queries::events::read_after,
            {1, cursor_, std::nullopt, std::nullopt, std::nullopt, std::nullopt, rows});
        for (const auto row : page) {
            cursor_ = row.integer("sequence");
            seen.push_back(row.text("id"));
        }
        return page.size();
    }
    [[nodiscard]] std::int64_t cursor() const { return cursor_; }

    std::vector<std::string> seen;

private:
    Connection connection_;
    std::int64_t cursor_;
};

}  // namespace lumos::sql
