#pragma once
// A session with PostgreSQL. Connect timeout 5 s; keepalives and tcp_user_timeout, so that a dead
// peer is noticed; time zone UTC. Never reconnects by itself. Not thread-safe.

#include <memory>
#include <stop_token>
#include <string>

namespace lumos::sql {

class Connection {
public:
    // url: libpq's URI or key=value form. application_name is "<process>/<instance>": status counts
    // processes by it. Throws Lost where the database cannot be reached, Broken where the URL is
    // nonsense. No message ever contains the password.
    Connection(const std::string& url, const std::string& application_name);
    ~Connection();
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;

    [[nodiscard]] bool is_lost() const;  // As far as is known.

    class Impl;
    [[nodiscard]] Impl& impl() { return *impl_; }  // For sql/ only.

private:
    std::unique_ptr<Impl> impl_;
};

// A few sessions for several threads. Thread-safe.
class Pool {
public:
    Pool(std::string url, std::string application_name, std::size_t sessions_max);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    class Lease {  // Gives the session back when destroyed; a lost one is dropped.
    public:
        Lease(Pool& pool, std::unique_ptr<Connection> connection);
        ~Lease();
        Lease(Lease&&) noexcept;
        Lease& operator=(Lease&&) = delete;
        Connection& operator*() const { return *connection_; }
        Connection* operator->() const { return connection_.get(); }

    private:
        Pool* pool_;
        std::unique_ptr<Connection> connection_;
    };
    // Waits 5 s at most for a free session (throws Busy), connects where needed (throws Lost).
    [[nodiscard]] Lease lease();
    // The next sessions use this URL (a password was changed).
    void set_url(std::string url);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace lumos::sql
