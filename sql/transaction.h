#pragma once
// Running the queries of sql/queries/. Only stores in sql/ and tests include this; libpqxx stays
// behind it. A Connection is one session and never reconnects by itself: when it is lost it stays
// lost (libpqxx 6.4.5 would silently go on in a new session). Not thread-safe: one thread at a time
// uses a connection and its transaction.

#include "schemas/time.h"

#include "queries/embedded_files.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace lumos::sql {

using Query = queries::EmbeddedFile;

// A parameter as text, or null. Lists become PostgreSQL array literals.
class Param {
public:
    Param(std::nullopt_t) {}                         // NOLINT(google-explicit-constructor)
    Param(const char* text) : text_(text) {}         // NOLINT(google-explicit-constructor)
    Param(const std::string& text) : text_(text) {}  // NOLINT(google-explicit-constructor)
    Param(std::string_view text)
        : text_(std::string(text)) {}                       // NOLINT(google-explicit-constructor)
    Param(bool value) : text_(value ? "true" : "false") {}  // NOLINT(google-explicit-constructor)
    Param(double value);                                    // NOLINT(google-explicit-constructor)
    Param(Time time) : text_(to_sql_time(time)) {}          // NOLINT(google-explicit-constructor)
    Param(std::chrono::microseconds interval);              // NOLINT(google-explicit-constructor)
    template <typename Count, typename Period>
    Param(std::chrono::duration<Count, Period> interval)  // NOLINT(google-explicit-constructor)
        : Param(std::chrono::duration_cast<std::chrono::microseconds>(interval)) {}
    template <typename Integer>
    requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool>) Param(Integer value)
        : text_(std::to_string(value)) {}  // NOLINT(google-explicit-constructor)
    template <typename T>
    Param(const std::optional<T>& value) {  // NOLINT(google-explicit-constructor)
        if (value) {
            text_ = Param(*value).text_;
        }
    }
    Param(const std::vector<std::int64_t>& values);  // NOLINT(google-explicit-constructor)
    Param(const std::vector<std::string>& values);   // NOLINT(google-explicit-constructor)
    Param(const std::vector<std::optional<std::string>>&
              values);  // NOLINT(google-explicit-constructor)
    // bytea, in hexadecimal form.
    [[nodiscard]] static Param bytes(std::string_view raw);

    [[nodiscard]] const std::optional<std::string>& text() const { return text_; }

private:
    std::optional<std::string> text_;
};

// What the server answered; immutable.
struct ResultSet;
using Results = std::shared_ptr<const ResultSet>;  // allow: rows outlive their Rows

// One row. It keeps its result set alive, so it may outlive the Rows that it came from.
class Row {
public:
    [[nodiscard]] bool is_null(const char* column) const;
    [[nodiscard]] std::string text(const char* column) const;
    [[nodiscard]] std::int64_t integer(const char* column) const;
    [[nodiscard]] double number(const char* column) const;
    [[nodiscard]] bool boolean(const char* column) const;
    [[nodiscard]] Time time(const char* column) const;
    [[nodiscard]] std::string bytes(const char* column) const;
    [[nodiscard]] std::optional<std::string> optional_text(const char* column) const;
    [[nodiscard]] std::optional<std::int64_t> optional_integer(const char* column) const;
    [[nodiscard]] std::optional<double> optional_number(const char* column) const;
    [[nodiscard]] std::optional<Time> optional_time(const char* column) const;
    [[nodiscard]] std::vector<std::string> texts(
        const char* column) const;  // A text[]; null is empty.

private:
    friend class Rows;
    Row(Results results, std::size_t index) : results_(std::move(results)), index_(index) {}
    // Null where the column is null; throws Broken where there is no such column.
    [[nodiscard]] const char* field(const char* column) const;
    [[nodiscard]] std::string_view required(const char* column) const;

    Results results_;
    std::size_t index_;
};

class Rows {
public:
    explicit Rows(Results results) : results_(std::move(results)) {}
    [[nodiscard]] std::size_t size() const;      // Rows returned.
    [[nodiscard]] std::size_t affected() const;  // Rows inserted, updated or deleted.
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] Row at(std::size_t index) const { return Row(results_, index); }
    [[nodiscard]] Row only() const;  // Throws Broken unless there is exactly one.
    class Iterator {
    public:
        Iterator(const Rows& rows, std::size_t index) : rows_(&rows), index_(index) {}
        Row operator*() const { return rows_->at(index_); }
        Iterator& operator++() {
            ++index_;
            return *this;
        }
        bool operator!=(const Iterator& other) const { return index_ != other.index_; }

    private:
        const Rows* rows_;
        std::size_t index_;
    };
    [[nodiscard]] Iterator begin() const { return {*this, 0}; }
    [[nodiscard]] Iterator end() const { return {*this, size()}; }

private:
    Results results_;
};

class Connection;

// One transaction, READ COMMITTED, with its limits set by SET LOCAL; a server that does not answer
// within the statement's limit and some seconds is Lost. Rolled back when destroyed without
// commit().
class Transaction {
public:
    struct Limits {
        std::chrono::milliseconds lock_wait{2'000};
        std::chrono::milliseconds statement{10'000};
        std::chrono::milliseconds idle{15'000};
    };
    explicit Transaction(Connection& connection);
    Transaction(Connection& connection, Limits limits);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    // Prepared once per session under the query's name. Throws Busy, Conflict, Lost, Broken.
    Rows run(const Query& query, const std::vector<Param>& params = {});
    // Text that is no query of ours: tests and migrations only.
    Rows run_text(const std::string& text);

    // Throws InDoubt when the session goes during it.
    void commit();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace lumos::sql
