#include "sql/session.h"

#include "sql/answer_watch.h"
#include "sql/error.h"

#include <libpq-fe.h>
#include <pqxx/pqxx>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace lumos::sql {
namespace {

// A peer that is gone is noticed within about half a minute, whether we write to it or only wait
// for it.
const std::map<std::string, std::string, std::less<>> kDefaults{
    {"connect_timeout", "5"},
    {"keepalives_idle", "10"},
    {"keepalives_interval", "5"},
    {"keepalives_count", "3"},
    {"tcp_user_timeout", "15000"},
};

std::string quoted(std::string_view value) {
    std::string out = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out + "'";
}

std::string connection_text(const std::string& url, const std::string& application_name) {
    char* trouble = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(url.c_str(), &trouble), &PQconninfoFree);
    const std::unique_ptr<char, decltype(&PQfreemem)> freed(trouble, &PQfreemem);
    if (!options) {
        // libpq's own words may quote a part of the URL, and that part may be the password.
        throw Broken(
            "the database URL cannot be read; expected postgresql://user@host:port/database");
    }
    std::map<std::string, std::string, std::less<>> values = kDefaults;
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val != nullptr) {
            values.insert_or_assign(option->keyword, option->val);
        }
    }
    values.insert_or_assign("application_name", application_name);
    values.insert_or_assign("client_encoding", "UTF8");
    std::string text;
    for (const auto& [key, value] : values) {
        text += key + "=" + quoted(value) + " ";
    }
    return text;
}

std::string first_line(std::string_view text) {
    return std::string(text.substr(0, text.find('\n')));
}

// The server's words may be in any language; the labels that libpq adds in verbose form are in ours
// (no locale is set).
std::string labelled(std::string_view text, std::string_view label) {
    const auto at = text.find(label);
    if (at == std::string_view::npos) {
        return {};
    }
    std::string_view rest = text.substr(at + label.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    return first_line(rest);
}

bool is_one_of(std::string_view state, std::initializer_list<std::string_view> states) {
    for (const auto one : states) {
        if (state == one) {
            return true;
        }
    }
    return false;
}

[[noreturn]] void throw_sorted(
    const std::string& doing, const std::string& state, std::string_view message) {
    const std::string what = doing + ": " + first_line(message);
    // Lock not available; cancelled by a limit; serialization failure; deadlock.
    if (is_one_of(state, {"55P03", "57014", "40001", "40P01"})) {
        throw Busy(what);
    }
    // Shut down, crashed, starting up, idle too long; class 08 is the connection itself.
    if (state.starts_with("08") ||
        is_one_of(state, {"57P01", "57P02", "57P03", "57P05", "25P03"})) {
        throw Lost(what);
    }
    // Class 23 with a constraint's name is a rule; without one (not null) it is a mistake of ours.
    const std::string constraint = labelled(message, "CONSTRAINT NAME:");
    if (state.starts_with("23") && !constraint.empty()) {
        throw Conflict(what, constraint);
    }
    throw Broken(what);
}

}  // namespace

struct Connection::Impl::State {
    explicit State(const std::string& text)
        : connection(text),
          quiet(connection),
          watch(connection.sock()) {}

    pqxx::connection connection;
    pqxx::quiet_errorhandler quiet;  // Notices are for psql.
    AnswerWatch watch;
    std::chrono::milliseconds answer_limit{0};
    // libpqxx's own transactions hide whether COMMIT was sent, so ours are begun and ended by hand
    // on top of this.
    std::optional<pqxx::nontransaction> use;
    std::map<std::string, bool, std::less<>> prepared;
    bool lost = false;
};

template <typename Act>
auto Connection::Impl::sorted(const char* doing, Act act) {
    try {
        const AnswerWatch::Question question(state_->watch, state_->answer_limit);
        return act();
    } catch (const pqxx::broken_connection& e) {
        state_->lost = true;
        throw Lost(std::string(doing) + ": " + first_line(e.what()));
    } catch (const pqxx::sql_error& e) {
        if (!state_->connection.is_open()) {
            state_->lost = true;
            throw Lost(std::string(doing) + ": " + first_line(e.what()));
        }
        try {
            throw_sorted(doing, e.sqlstate(), e.what());
        } catch (const Lost&) {
            state_->lost = true;
            throw;
        }
    } catch (const pqxx::transaction_rollback& e) {
        throw Busy(std::string(doing) + ": " + first_line(e.what()));
    } catch (const pqxx::failure& e) {
        state_->lost = state_->lost || !state_->connection.is_open();
        if (state_->lost) {
            throw Lost(std::string(doing) + ": " + first_line(e.what()));
        }
        throw Broken(std::string(doing) + ": " + first_line(e.what()));
    } catch (const std::logic_error& e) {  // libpqxx's usage_error, argument_error and their like.
        throw Broken(std::string(doing) + ": " + first_line(e.what()));
    }
}

Connection::Impl::Impl(const std::string& url, const std::string& application_name) {
    const std::string text = connection_text(url, application_name);
    try {
        state_ = std::make_unique<State>(text);
        state_->connection.set_verbosity(pqxx::connection_base::verbose);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
        state_->connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
    } catch (const pqxx::failure& e) {
        throw Lost("connect to the database: " + first_line(e.what()));
    }
}

Connection::Impl::~Impl() = default;

void Connection::Impl::require_alive() const {
    if (is_lost()) {
        throw Lost("this database session is gone");
    }
}

void Connection::Impl::begin(const std::string& text, std::chrono::milliseconds answer_limit) {
    require_alive();
    if (state_->use) {
        throw Broken("this session has an open transaction already");
    }
    state_->answer_limit = answer_limit;
    try {
        sorted("begin", [&] {
            state_->use.emplace(state_->connection);
            state_->use->exec(text);
        });
    } catch (const std::exception&) {
        roll_back();
        throw;
    }
}

Rows Connection::Impl::execute(const std::string& text) {
    require_alive();
    return sorted("run text", [&] { return make_rows(state_->use->exec(text)); });
}

Rows Connection::Impl::execute_prepared(const Query& query, const std::vector<Param>& params) {
    require_alive();
    std::vector<const char*> values;
    values.reserve(params.size());
    for (const auto& param : params) {
        const auto& text = param.text();
        if (text && text->find('\0') != std::string::npos) {
            throw Broken(std::string(query.name) + ": a parameter contains a null character");
        }
        values.push_back(text ? text->c_str() : nullptr);
    }
    return sorted(query.name, [&] {
        if (state_->prepared.try_emplace(query.name, true).second) {
            state_->connection.prepare(query.name, query.text);
        }
        return make_rows(
            state_->use->exec_prepared(query.name, pqxx::prepare::make_dynamic_params(values)));
    });
}

void Connection::Impl::commit() {
    require_alive();
    try {
        execute("COMMIT");
    } catch (const Lost& e) {
        throw InDoubt(e.what());
    }
    state_->use.reset();
}

void Connection::Impl::roll_back() noexcept {
    try {
        if (!is_lost()) {
            execute("ROLLBACK");
        }
        state_->use.reset();
    } catch (const std::exception&) {
        state_->lost = true;
    }
}

bool Connection::Impl::is_lost() const {
    return state_->lost || !state_->connection.is_open();
}

bool Connection::Impl::was_closed() const {
    char first = 0;
    const auto got = recv(state_->connection.sock(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
    // The end of the stream, or something nobody asked for: in an idle session that is a farewell.
    return got >= 0 || (errno != EAGAIN && errno != EINTR);
}

Connection::Connection(const std::string& url, const std::string& application_name)
    : impl_(std::make_unique<Impl>(url, application_name)) {}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

bool Connection::is_lost() const {
    return !impl_ || impl_->is_lost();
}

}  // namespace lumos::sql
