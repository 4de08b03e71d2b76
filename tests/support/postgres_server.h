#pragma once
// A private PostgreSQL 15: its data in a temporary folder, its socket there too, a free TCP port of
// 127.0.0.1. Not durable (fsync off). One thread at a time stops and starts it; fresh_database is
// thread-safe.

#include "tests/support/child_process.h"
#include "tests/support/temp_dir.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace lumos::support {

class PostgresServer {
public:
    // Makes the cluster and starts it.
    PostgresServer();
    ~PostgresServer();
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

    // The one that most tests of a process share; do not stop it.
    static PostgresServer& shared();

    // libpq URI over TCP, user "lumos" (superuser, no password).
    [[nodiscard]] std::string url(const std::string& database = "postgres") const;
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] pid_t pid() const { return process_->pid(); }

    // A migrated database of its own, copied from a template: its URL.
    [[nodiscard]] std::string fresh_database();
    // One without a table.
    [[nodiscard]] std::string empty_database();

    void stop();   // Fast shutdown: sessions are cut, commits are kept.
    void kill();   // SIGKILL, as a crash; commits may be lost, since it does not sync.
    void start();  // On the same port; returns when it takes connections.
    // All its processes at once: sessions hang, nothing is cut.
    void freeze() const;
    void thaw() const;

private:
    void make_template();
    std::string create(const std::string& options);

    TempDir folder_;
    std::uint16_t port_;
    std::unique_ptr<ChildProcess> process_;
};

// Of the shared server.
[[nodiscard]] std::string fresh_database();

}  // namespace lumos::support
