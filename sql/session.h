#pragma once
// What a Connection is made of. For sql/ only; libpqxx itself stays in session.cpp and
// result_set.cpp. Once lost it stays lost: libpqxx would go on in a new session at the third use of
// a dead connection.

#include "sql/connection.h"
#include "sql/transaction.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace pqxx {
class result;
}

namespace lumos::sql {

class Connection::Impl {
public:
    Impl(const std::string& url, const std::string& application_name);
    ~Impl();
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    // One at a time; `text` begins a transaction of the server's and sets its limits. An answer
    // that stays away for longer than `answer_limit` is a lost session.
    void begin(const std::string& text, std::chrono::milliseconds answer_limit);
    Rows execute(const std::string& text);
    Rows execute_prepared(const Query& query, const std::vector<Param>& params);
    // Throws InDoubt where the session goes before the answer.
    void commit();
    // Never throws: a session that cannot roll back is lost, and with it the transaction.
    void roll_back() noexcept;

    [[nodiscard]] bool is_lost() const;
    // Looks whether the server closed an idle session meanwhile, without a round trip.
    [[nodiscard]] bool was_closed() const;

private:
    struct State;
    template <typename Act>
    auto sorted(const char* doing, Act act);
    void require_alive() const;

    std::unique_ptr<State> state_;
};

// Keeps a copy of libpqxx's (shared) result.
Rows make_rows(const pqxx::result& result);

}  // namespace lumos::sql
