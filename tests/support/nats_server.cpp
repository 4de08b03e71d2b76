#include "tests/support/nats_server.h"

#include "tests/support/free_port.h"
#include "tests/support/wait_until.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace lumos::support {
namespace {

constexpr auto kLimit = std::chrono::seconds{30};

std::string quoted(const std::string& text) {
    return "\"" + text + "\"";
}

std::string list_of(const std::vector<std::string>& subjects) {
    std::string text = "[";
    for (const auto& subject : subjects) {
        text += (text.size() > 1 ? ", " : "") + quoted(subject);
    }
    return text + "]";
}

std::string config_of(const NatsUser& user) {
    std::string text = "{ user: " + quoted(user.name) + ", password: " + quoted(user.password);
    if (!user.publish_allow.empty() || !user.subscribe_allow.empty()) {
        text += ", permissions: { publish: { allow: " + list_of(user.publish_allow) +
                " }, subscribe: { allow: " + list_of(user.subscribe_allow) + " } }";
    }
    return text + " }";
}

// A server that takes clients greets them; an open port alone may still be one that is starting.
bool greets(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{.tv_sec = 2, .tv_usec = 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    std::array<char, 5> greeting{};
    const bool greeted =
        connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        recv(fd, greeting.data(), greeting.size(), MSG_WAITALL) == 5 &&
        std::string_view(greeting.data(), greeting.size()) == "INFO ";
    close(fd);
    return greeted;
}

}  // namespace

NatsServer::NatsServer(NatsOptions options)
    : options_(std::move(options)),
      port_(free_port()),
      config_file_(folder_ / "nats.conf") {
    write_config();
    start();
}

NatsServer::NatsServer(const std::string& config_file, std::uint16_t port)
    : port_(port),
      config_file_(config_file) {
    start();
}

NatsServer::~NatsServer() = default;  // The process is killed and its folder removed.

std::string NatsServer::url() const {
    return "nats://127.0.0.1:" + std::to_string(port_);
}

void NatsServer::write_config() const {
    std::string users = config_of({"app", "app"});
    for (const auto& user : options_.users) {
        users += ", " + config_of(user);
    }
    write_file(
        config_file_,
        "listen: \"127.0.0.1:" + std::to_string(port_) + "\"\nserver_name: \"test-1\"\n" +
            "jetstream { store_dir: " + quoted(folder_ / "store") +
            ", max_memory_store: 256MB, max_file_store: 1GB }\n" + "ping_interval: \"" +
            std::to_string(options_.ping_interval.count()) +
            "ms\"\nping_max: " + std::to_string(options_.ping_max) + "\n" +
            "system_account: SYS\nno_auth_user: app\naccounts {\n"
            "  SYS { users: [{ user: sys, password: sys }]\n"
            "    exports: [{ stream: \"$SYS.ACCOUNT.*.CONNECT\" }, { stream: "
            "\"$SYS.ACCOUNT.*.DISCONNECT\" }] }\n"
            "  APP { jetstream: enabled, users: [" +
            users +
            "]\n    imports: ["
            "{ stream: { account: SYS, subject: \"$SYS.ACCOUNT.APP.CONNECT\" }, to: "
            "\"lumos.bus.client.connect\" }, "
            "{ stream: { account: SYS, subject: \"$SYS.ACCOUNT.APP.DISCONNECT\" }, to: "
            "\"lumos.bus.client.disconnect\" }"
            "] }\n}\n" +
            options_.more + "\n");
}

void NatsServer::start() {
    process_ = std::make_unique<ChildProcess>(ChildOptions{
        .command = {"nats-server", "-c", config_file_}, .output_file = folder_ / "nats.log"});
    const bool is_up = wait_until(
        [&] {
            if (!process_->is_running()) {
                throw std::runtime_error("nats-server does not start: " + log());
            }
            return greets(port_);
        },
        kLimit);
    if (!is_up) {
        throw std::runtime_error("nats-server does not answer: " + log());
    }
}

void NatsServer::stop() {
    process_->stop();
}

void NatsServer::kill() {
    process_->send(SIGKILL);
    (void)process_->wait(kLimit);
}

void NatsServer::wipe_store() {
    if (process_->is_running()) {
        throw std::logic_error("stop the server before its store is wiped");
    }
    std::filesystem::remove_all(folder_ / "store");
}

void NatsServer::set_users(std::vector<NatsUser> users) {
    options_.users = std::move(users);
    write_config();
    const auto reloads = [&] {
        std::size_t count = 0;
        const std::string text = log();
        for (auto at = text.find("Reloaded server configuration"); at != std::string::npos;
             at = text.find("Reloaded server configuration", at + 1)) {
            ++count;
        }
        return count;
    };
    const auto before = reloads();
    process_->send(SIGHUP);
    if (!wait_until([&] { return reloads() > before; }, kLimit)) {
        throw std::runtime_error("nats-server did not reload: " + log());
    }
}

}  // namespace lumos::support
