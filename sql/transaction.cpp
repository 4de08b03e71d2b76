#include "sql/transaction.h"

#include "sql/error.h"
#include "sql/session.h"

namespace lumos::sql {
namespace {

// The server itself ends a statement at its limit; only one that hangs needs longer.
constexpr std::chrono::seconds kAnswerMargin{3};

std::string begin_text(const Transaction::Limits& limits) {
    const auto set = [](const char* name, std::chrono::milliseconds limit) {
        return std::string("; SET LOCAL ") + name + " = " + std::to_string(limit.count());
    };
    // One round trip. SET LOCAL only, so that a pooler in transaction mode may stand between; the
    // time zone and the date's form are what parse_time reads, whatever the role or the database
    // has as its default.
    return "BEGIN ISOLATION LEVEL READ COMMITTED" + set("lock_timeout", limits.lock_wait) +
           set("statement_timeout", limits.statement) +
           set("idle_in_transaction_session_timeout", limits.idle) +
           "; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL bytea_output = "
           "'hex'";
}

}  // namespace

class Transaction::Impl {
public:
    Impl(Connection::Impl& session, const Limits& limits) : session_(session) {
        session_.begin(begin_text(limits), limits.statement + kAnswerMargin);
    }
    ~Impl() {
        if (!ended_) {
            session_.roll_back();
        }
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    template <typename Act>
    Rows run(Act act) {
        require_open();
        try {
            return act(session_);
        } catch (const std::exception&) {
            failed_ = true;
            throw;
        }
    }

    void commit() {
        require_open();
        ended_ = true;
        try {
            session_.commit();
        } catch (const InDoubt&) {
            throw;
        } catch (const std::exception&) {
            // A deferred constraint said no: the server has rolled back, and the session is as good
            // as before.
            session_.roll_back();
            throw;
        }
    }

private:
    void require_open() const {
        if (ended_) {
            throw Broken("this transaction is over");
        }
        // After an error the server would answer COMMIT by rolling back, as if all were well.
        if (failed_) {
            throw Broken("this transaction has failed; only rolling back is left");
        }
    }

    Connection::Impl& session_;
    bool ended_ = false;
    bool failed_ = false;
};

Transaction::Transaction(Connection& connection) : Transaction(connection, Limits()) {}
Transaction::Transaction(Connection& connection, Limits limits)
    : impl_(std::make_unique<Impl>(connection.impl(), limits)) {}
Transaction::~Transaction() = default;

Rows Transaction::run(const Query& query, const std::vector<Param>& params) {
    return impl_->run(
        [&](Connection::Impl& session) { return session.execute_prepared(query, params); });
}

Rows Transaction::run_text(const std::string& text) {
    return impl_->run([&](Connection::Impl& session) { return session.execute(text); });
}

void Transaction::commit() {
    impl_->commit();
}

}  // namespace lumos::sql
