#pragma once
// The text of nats.conf. For bus/ and its tests. Pure; safe from any thread.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lumos::bus {

struct ServerConfig {
    std::string listen;
    std::optional<std::string> websocket;
    std::string server_name;
    std::string store;            // JetStream's.
    std::string tls_certificate;  // "": no TLS.
    std::string tls_key;
    std::string operator_jwt;
    std::string system_account;
    std::string resolver;                                       // Folder of the accounts' JWTs.
    std::vector<std::pair<std::string, std::string>> accounts;  // Public key, JWT.
};

// Throws BusRefused on an address that is not host:port.
[[nodiscard]] std::string server_config(const ServerConfig& config);

}  // namespace lumos::bus
