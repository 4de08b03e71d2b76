#pragma once
// A real PowerDNS authoritative server on 127.0.0.1, with its own folder and no caches, so that
// `dig` sees a change at once. One thread at a time.

#include "tests/support/child_process.h"

#include <chrono>
#include <memory>
#include <string>

namespace lumos::contract {

class PowerDns {
public:
    // Makes the folder, an empty database and a configuration, and starts.
    explicit PowerDns(std::string folder);

    void start();
    void stop();
    // Empties its database, as if it were another server.
    void forget();
    [[nodiscard]] bool wait_ready(std::chrono::milliseconds limit);

    [[nodiscard]] std::string api_url() const;
    [[nodiscard]] std::string key_file() const { return folder_ + "/api.key"; }
    [[nodiscard]] std::string output() const;

    // What `dig +short` prints.
    [[nodiscard]] std::string dig(const std::string& name, const std::string& type) const;
    [[nodiscard]] long serial(const std::string& zone) const;
    [[nodiscard]] long ttl(const std::string& name) const;  // Of its A record.

private:
    [[nodiscard]] std::string ask(const std::vector<std::string>& question) const;

    std::string folder_;
    int port_;
    int api_port_;
    std::unique_ptr<support::ChildProcess> process_;
};

}  // namespace lumos::contract
