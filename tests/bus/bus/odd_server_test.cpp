// Servers that stop in the middle of the greeting: the client library alone would spin for ever and
// eat memory.

#include "tests/bus/bus/bus_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string_view>
#include <thread>

namespace lumos::bus {
namespace {

constexpr std::string_view kInfo =
    "INFO {\"server_id\":\"NODD\",\"version\":\"2.9.10\",\"proto\":1,\"headers\":true,"
    "\"max_payload\":1048576}\r\n";

// Listens on a free port; each client gets `greeting`, and what it sends first is read. Then
// nothing comes any more, or the connection is closed.
class OddServer {
public:
    OddServer(std::string greeting, std::string after_connect, bool closes)
        : greeting_(std::move(greeting)),
          after_connect_(std::move(after_connect)),
          closes_(closes) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            ::listen(listener_, 16) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
            throw std::runtime_error("cannot listen");
        }
        port_ = ntohs(address.sin_port);
        thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
    }
    ~OddServer() {
        thread_.request_stop();
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        for (const int client : clients_) {
            ::close(client);
        }
        ::close(listener_);
    }
    OddServer(const OddServer&) = delete;
    OddServer& operator=(const OddServer&) = delete;

    [[nodiscard]] std::string url() const { return "nats://127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] int greeted() const { return greeted_; }

private:
    void serve(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0) {
                return;
            }
            say(client, greeting_);
            if (!after_connect_.empty() || closes_) {
                std::array<char, 4096> buffer{};
                (void)::recv(client, buffer.data(), buffer.size(), 0);
                say(client, after_connect_);
            }
            if (closes_) {
                ::close(client);
            } else {
                clients_.push_back(client);
            }
            ++greeted_;
        }
    }
    static void say(int client, const std::string& text) {
        (void)::send(client, text.data(), text.size(), MSG_NOSIGNAL);
    }

    std::string greeting_;
    std::string after_connect_;
    bool closes_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::vector<int> clients_;
    std::atomic<int> greeted_{0};
    std::jthread thread_;
};

struct Oddity {
    const char* name;
    std::string greeting;
    std::string after_connect;
    bool closes;
};

void PrintTo(const Oddity& oddity, std::ostream* out) {
    *out << oddity.name;
}

class OddServers : public testing::TestWithParam<Oddity> {};

TEST_P(OddServers, AreTriedAgainAndLeftInTime) {
    const auto& oddity = GetParam();
    const OddServer server(oddity.greeting, oddity.after_connect, oddity.closes);
    ConnectionOptions options;
    options.urls = server.url();
    options.connect_timeout = 300ms;
    options.reconnect_wait_first = 20ms;
    options.reconnect_wait_max = 50ms;
    std::chrono::steady_clock::time_point before;
    {
        Connection connection(options);

        EXPECT_TRUE(wait_until([&] { return server.greeted() >= 4; }, 20s)) << server.greeted();

        EXPECT_NE(connection.state().last_error, "");
        before = std::chrono::steady_clock::now();
    }
    EXPECT_LT(std::chrono::steady_clock::now() - before, 3s);
}

TEST_P(OddServers, DoNotKeepFromAGoodOne) {
    const auto& oddity = GetParam();
    const OddServer odd(oddity.greeting, oddity.after_connect, oddity.closes);
    const NatsServer good;
    auto options = options_for(good);
    options.urls = odd.url() + "," + good.url();
    options.connect_timeout = 300ms;

    Connection connection(options);

    EXPECT_TRUE(wait_until([&] { return connection.state().url == good.url(); }, 20s));
}

INSTANTIATE_TEST_SUITE_P(
    All,
    OddServers,
    testing::Values(
        Oddity{"SilentAfterAccept", "", "", false},
        Oddity{"ClosedAfterAccept", "", "", true},
        Oddity{"SilentInsideInfo", "INFO {\"server_id\"", "", false},
        Oddity{"SilentAfterInfo", std::string(kInfo), "", false},
        Oddity{"ClosedAfterConnect", std::string(kInfo), "", true},
        Oddity{"SilentInsidePong", std::string(kInfo), "PO", false},
        Oddity{"ClosedInsidePong", std::string(kInfo), "PO", true},
        Oddity{"NoNats", "220 mail.example ESMTP\r\n", "502\r\n", true}),
    [](const auto& oddity) { return std::string(oddity.param.name); });

}  // namespace
}  // namespace lumos::bus
