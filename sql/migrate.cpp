#include "sql/migrate.h"

#include "sql/error.h"
#include "sql/transaction.h"

#include "migrations/embedded_files.h"
#include "queries/embedded_files.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace lumos::sql {
namespace {

// A step waits for its locks 2 s at most, so that it never holds up the processes that queue behind
// it; then it is tried again, for two minutes about.
constexpr int kAttemptsMax = 60;
constexpr Transaction::Limits kLimits{
    .lock_wait = std::chrono::seconds{2},
    .statement = std::chrono::minutes{10},
    .idle = std::chrono::seconds{60}};

struct Step {
    int number = 0;
    std::string name;
    std::string text;
    std::string checksum;
};

struct Applied {
    int number = 0;
    std::string name;
    std::string checksum;
};

std::string checksum_of(const std::string& text) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256(
        hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
    std::array<char, crypto_hash_sha256_BYTES * 2 + 1> hex{};
    return sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
}

// "0001_foundation.sql"
Step step_of(const migrations::EmbeddedFile& file) {
    const std::string_view name = file.name;
    Step step;
    std::from_chars(name.data(), name.data() + std::min<std::size_t>(4, name.size()), step.number);
    step.name = name.substr(0, name.rfind('.'));
    step.text = file.text;
    step.checksum = checksum_of(step.text);
    return step;
}

std::vector<Step> known_steps() {
    std::vector<Step> steps;
    for (std::size_t i = 0; i < migrations::kAllCount; ++i) {
        steps.push_back(step_of(*migrations::kAll[i]));
    }
    std::ranges::sort(steps, {}, &Step::number);
    return steps;
}

std::vector<Applied> applied_steps(Transaction& transaction) {
    std::vector<Applied> applied;
    if (!transaction.run(queries::schema_migrations::table_is_there).only().boolean("is_there")) {
        return applied;
    }
    for (const auto row : transaction.run(queries::schema_migrations::list)) {
        applied.push_back(
            {static_cast<int>(row.integer("number")), row.text("name"), row.text("checksum")});
    }
    return applied;
}

std::vector<Applied> applied_steps(Connection& connection) {
    Transaction transaction(connection);
    auto applied = applied_steps(transaction);
    transaction.commit();
    return applied;
}

template <typename Steps>
auto find_number(const Steps& steps, int number) {
    return std::ranges::find_if(steps, [&](const auto& step) { return step.number == number; });
}

void require_same_past(const std::vector<Step>& known, const std::vector<Applied>& applied) {
    for (const auto& past : applied) {
        const auto step = find_number(known, past.number);
        if (step != known.end() && step->checksum != past.checksum) {
            throw Broken(
                "migration " + past.name +
                " was changed after it had been applied to this database");
        }
    }
    if (!applied.empty() && applied.back().number > schema_version() + 1) {
        throw Broken(
            "the database is at " + std::to_string(applied.back().number) +
            ", this program knows " + std::to_string(schema_version()) + ": use a newer program");
    }
}

// One step in one transaction. Nothing: there is none left to apply.
std::optional<int> apply_next(Connection& connection, const std::vector<Step>& known) {
    Transaction transaction(connection, kLimits);
    transaction.run(queries::schema_migrations::lock);
    transaction.run(queries::schema_migrations::make_table);
    const auto applied = applied_steps(transaction);
    require_same_past(known, applied);
    const auto next = std::ranges::find_if(known, [&](const Step& step) {
        return find_number(applied, step.number) == applied.end();
    });
    if (next == known.end()) {
        transaction.commit();
        return std::nullopt;
    }
    transaction.run_text(next->text);
    transaction.run(queries::schema_migrations::insert, {next->number, next->name, next->checksum});
    transaction.commit();
    return next->number;
}

void pause_a_little(Connection& connection) {
    Transaction transaction(connection);
    transaction.run(queries::schema_migrations::pause_a_little);
    transaction.commit();
}

}  // namespace

int schema_version() {
    const auto steps = known_steps();
    return steps.empty() ? 0 : steps.back().number;
}

int database_version(Connection& connection) {
    const auto applied = applied_steps(connection);
    return applied.empty() ? 0 : applied.back().number;
}

std::vector<MigrationState> migration_states(Connection& connection) {
    const auto applied = applied_steps(connection);
    const auto known = known_steps();
    std::vector<MigrationState> states;
    for (const auto& step : known) {
        const auto past = find_number(applied, step.number);
        const bool is_applied = past != applied.end();
        states.push_back(
            {step.number, step.name, is_applied, is_applied && past->checksum != step.checksum});
    }
    for (const auto& past : applied) {
        if (find_number(known, past.number) == known.end()) {
            states.push_back({past.number, past.name, true, false});
        }
    }
    return states;
}

std::vector<int> migrate(Connection& connection) {
    const auto known = known_steps();
    std::vector<int> numbers;
    for (int attempt = 1;;) {
        try {
            const auto number = apply_next(connection, known);
            if (!number) {
                return numbers;
            }
            numbers.push_back(*number);
            attempt = 1;
        } catch (const Busy&) {
            if (++attempt > kAttemptsMax) {
                throw;
            }
            pause_a_little(connection);
        }
    }
}

}  // namespace lumos::sql
