#include "bus/server_config.h"

#include "bus/error.h"

#include <charconv>

namespace lumos::bus {

namespace {

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out + "\"";
}

const std::string& checked_address(const std::string& address) {
    const auto colon = address.rfind(':');
    unsigned port = 0;
    const char* const end = address.data() + address.size();
    if (colon == std::string::npos || colon == 0) {
        throw BusRefused("\"" + address + "\" is no address: write host:port");
    }
    const auto [stopped, problem] = std::from_chars(address.data() + colon + 1, end, port);
    constexpr unsigned kPortMax = 65'535;
    if (problem != std::errc{} || stopped != end || port == 0 || port > kPortMax) {
        throw BusRefused("\"" + address + "\" has no port between 1 and 65535");
    }
    return address;
}

std::string tls_block(const ServerConfig& config) {
    if (config.tls_certificate.empty()) {
        return "";
    }
    return "tls { cert_file: " + quoted(config.tls_certificate) +
           ", key_file: " + quoted(config.tls_key) + ", timeout: 2 }";
}

}  // namespace

std::string server_config(const ServerConfig& config) {
    std::string text = "# Written by lumosctl bus init; docs/bus.md explains it.\n";
    const auto line = [&](std::string_view key, std::string_view value) {
        text.append(key).append(": ").append(value).append("\n");
    };
    line("listen", quoted(checked_address(config.listen)));
    line("server_name", quoted(config.server_name));
    text += "\n# A connection whose other side is gone without a word is found after 60 to 90 s.\n";
    line("ping_interval", "\"30s\"");
    line("ping_max", "2");
    text +=
        "\n# Our messages have at most 64 KiB; the list of revoked credentials may grow to 600.\n";
    line("max_payload", "1048576");
    text += "\njetstream {\n    store_dir: " + quoted(config.store) + "\n}\n";
    const auto tls = tls_block(config);
    if (!tls.empty()) {
        text += "\n# Renewed files are read at SIGHUP.\n" + tls + "\n";
    }
    if (config.websocket) {
        text += tls.empty()
                    ? "\n# Without TLS of its own: put a proxy with a certificate in front of it.\n"
                    : "\n";
        text += "websocket {\n    listen: " + quoted(checked_address(*config.websocket)) +
                "\n    " + (tls.empty() ? "no_tls: true" : tls) + "\n}\n";
    }
    text += "\n# Who may connect: users signed by the application account's signing key.\n";
    line("operator", config.operator_jwt);
    line("system_account", config.system_account);
    text += "resolver: {\n    type: full\n    dir: " + quoted(config.resolver) +
            "\n    allow_delete: false\n    interval: \"2m\"\n    limit: 1000\n}\n";
    text += "resolver_preload: {\n";
    for (const auto& [account, jwt] : config.accounts) {
        text.append("    ").append(account).append(": ").append(jwt).append("\n");
    }
    return text + "}\n";
}

}  // namespace lumos::bus
