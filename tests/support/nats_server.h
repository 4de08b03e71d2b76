#pragma once
// A private nats-server with JetStream on a free port of 127.0.0.1. Two named accounts, APP and
// SYS: NATS's CONNECT and DISCONNECT advisories of APP arrive in APP as lumos.bus.client.connect
// and .disconnect, as in production. One thread at a time uses it.

#include "tests/support/child_process.h"
#include "tests/support/temp_dir.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lumos::support {

struct NatsUser {
    std::string name;
    std::string password;
    // Empty: everything. Subjects as NATS writes them.
    std::vector<std::string> publish_allow = {};
    std::vector<std::string> subscribe_allow = {};
};

struct NatsOptions {
    // Of APP, besides "app" (password "app", everything), which is also who connects without a
    // name.
    std::vector<NatsUser> users = {};
    std::chrono::milliseconds ping_interval{30'000};
    int ping_max = 2;
    std::string more = {};  // Lines added at the top level of the configuration.
};

class NatsServer {
public:
    explicit NatsServer(NatsOptions options = {});
    // With a configuration that stands already (bus init's nats.conf), listening on 127.0.0.1:port.
    NatsServer(const std::string& config_file, std::uint16_t port);
    ~NatsServer();
    NatsServer(const NatsServer&) = delete;
    NatsServer& operator=(const NatsServer&) = delete;

    [[nodiscard]] std::string url() const;  // nats://127.0.0.1:<port>: user "app".
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] pid_t pid() const { return process_->pid(); }
    [[nodiscard]] std::string log() const { return process_->output(); }

    void stop();        // SIGTERM.
    void kill();        // SIGKILL.
    void start();       // On the same port with the store as it is; returns when it takes clients.
    void wipe_store();  // While it does not run.
    void freeze() const { process_->send(SIGSTOP); }
    void thaw() const { process_->send(SIGCONT); }
    // Reads the configuration again (SIGHUP); users as given.
    void set_users(std::vector<NatsUser> users);

private:
    void write_config() const;

    TempDir folder_;
    NatsOptions options_;
    std::uint16_t port_;
    std::string config_file_;
    std::unique_ptr<ChildProcess> process_;
};

}  // namespace lumos::support
