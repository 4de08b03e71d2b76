#include "tests/support/postgres_server.h"

#include "sql/connection.h"
#include "sql/error.h"
#include "sql/migrate.h"
#include "tests/support/free_port.h"
#include "tests/support/wait_until.h"

#include <pqxx/pqxx>

#include <atomic>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace lumos::support {
namespace {

constexpr auto kLimit = std::chrono::seconds{60};
const std::string kPrograms = "/usr/lib/postgresql/15/bin/";

void run_alone(const std::string& url, const std::string& statement) {
    pqxx::connection connection(url);
    pqxx::nontransaction(connection).exec(statement);
}

// The postmaster and its children; a child is whose parent (field 4 of its stat, behind the name)
// it is.
std::vector<pid_t> family_of(pid_t postmaster) {
    std::vector<pid_t> pids{postmaster};
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        pid_t pid = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc{}) {
            continue;
        }
        const std::string stat = read_file(entry.path() / "stat");
        const auto end_of_name = stat.rfind(')');
        if (end_of_name != std::string::npos && stat.compare(
                                                    end_of_name + 4,
                                                    std::to_string(postmaster).size() + 1,
                                                    std::to_string(postmaster) + " ") == 0) {
            pids.push_back(pid);
        }
    }
    return pids;
}

}  // namespace

PostgresServer::PostgresServer() : port_(free_port()) {
    folder_.give_to_ordinary_user();
    ChildProcess initdb(
        {.command =
             {kPrograms + "initdb",
              "--pgdata=" + (folder_ / "data"),
              "--locale=C.UTF-8",
              "--encoding=UTF8",
              "--username=lumos",
              "--auth=trust",
              "--no-sync"},
         .output_file = folder_ / "initdb.log",
         .directory = "/",
         .as_ordinary_user = true});
    if (initdb.wait(kLimit) != 0) {
        throw std::runtime_error("initdb failed: " + initdb.output());
    }
    start();
}

PostgresServer::~PostgresServer() {
    if (process_) {
        thaw();
        stop();
    }
}

PostgresServer& PostgresServer::shared() {
    static PostgresServer server;
    return server;
}

std::string PostgresServer::url(const std::string& database) const {
    return "postgresql://lumos@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

void PostgresServer::start() {
    process_ = std::make_unique<ChildProcess>(ChildOptions{
        .command =
            {kPrograms + "postgres",
             "-D",
             folder_ / "data",
             "-k",
             folder_.path(),
             "-p",
             std::to_string(port_),
             "-c",
             "listen_addresses=127.0.0.1",
             "-c",
             "fsync=off",
             "-c",
             "full_page_writes=off",
             "-c",
             "max_connections=200",
             "-c",
             "shared_buffers=32MB",
             "-c",
             "log_line_prefix=%m [%p] %a "},
        .output_file = folder_ / "postgres.log",
        .directory = "/",
        .as_ordinary_user = true,
        .death_signal = SIGINT});  // Fast shutdown, which gives its shared memory back.
    const bool is_up = wait_until(
        [&] {
            if (!process_->is_running()) {
                throw std::runtime_error("PostgreSQL does not start: " + process_->output());
            }
            try {
                const pqxx::connection probe(url());
                return true;
            } catch (const pqxx::broken_connection&) {
                return false;
            }
        },
        kLimit);
    if (!is_up) {
        throw std::runtime_error("PostgreSQL does not answer: " + process_->output());
    }
}

void PostgresServer::stop() {
    process_->send(SIGINT);
    if (!process_->wait(kLimit)) {
        throw std::runtime_error("PostgreSQL does not stop: " + process_->output());
    }
}

void PostgresServer::kill() {
    const auto family = family_of(pid());
    process_->send(SIGKILL);
    (void)process_->wait(kLimit);
    // Its children notice by themselves; a new one refuses to start while one of them is there.
    (void)wait_until(
        [&] {
            for (const pid_t pid : family) {
                if (::kill(pid, 0) == 0) {
                    return false;
                }
            }
            return true;
        },
        kLimit);
}

void PostgresServer::freeze() const {
    for (const pid_t pid : family_of(this->pid())) {
        ::kill(pid, SIGSTOP);
    }
}

void PostgresServer::thaw() const {
    for (const pid_t pid : family_of(this->pid())) {
        ::kill(pid, SIGCONT);
    }
}

std::string PostgresServer::create(const std::string& options) {
    static std::atomic<int> number = 0;
    const std::string name = "test_" + std::to_string(++number);
    run_alone(url(), "CREATE DATABASE " + name + options);
    return url(name);
}

void PostgresServer::make_template() {
    run_alone(url(), "CREATE DATABASE migrated");
    sql::Connection connection(url("migrated"), "test/template");
    sql::migrate(connection);
}

std::string PostgresServer::fresh_database() {
    static std::mutex mutex;  // A template may have no session while it is copied.
    const std::lock_guard lock(mutex);
    pqxx::connection connection(url());
    if (pqxx::nontransaction(connection)
            .exec("SELECT FROM pg_database WHERE datname = 'migrated'")
            .empty()) {
        make_template();
    }
    return create(" TEMPLATE migrated");
}

std::string PostgresServer::empty_database() {
    return create("");
}

std::string fresh_database() {
    return PostgresServer::shared().fresh_database();
}

}  // namespace lumos::support
