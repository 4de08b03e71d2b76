#pragma once
// What the tests of this folder share: a server of their own, and connections that come back fast.

#include "bus/connection.h"
#include "tests/support/nats_server.h"
#include "tests/support/wait_until.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

namespace lumos::bus {

using namespace std::chrono_literals;
using support::NatsServer;
using support::wait_until;

inline ConnectionOptions options_for(const NatsServer& server) {
    ConnectionOptions options;
    options.urls = server.url();
    options.user = "app";
    options.password = "app";
    options.name = "test";
    options.reconnect_wait_first = 20ms;
    options.reconnect_wait_max = 200ms;
    return options;
}

// What a handler was given, from whichever thread.
class Heard {
public:
    void add(const std::string& text) {
        const std::lock_guard lock(mutex_);
        texts_.push_back(text);
    }
    [[nodiscard]] bool has(const std::string& text) const {
        const std::lock_guard lock(mutex_);
        return std::find(texts_.begin(), texts_.end(), text) != texts_.end();
    }
    [[nodiscard]] std::size_t count() const {
        const std::lock_guard lock(mutex_);
        return texts_.size();
    }
    [[nodiscard]] std::size_t count(const std::string& text) const {
        const std::lock_guard lock(mutex_);
        return static_cast<std::size_t>(std::count(texts_.begin(), texts_.end(), text));
    }
    [[nodiscard]] std::vector<std::string> all() const {
        const std::lock_guard lock(mutex_);
        return texts_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> texts_;
};

class ConnectedTest : public testing::Test {
protected:
    ConnectedTest() : connection(options_for(server)) {}
    void SetUp() override { ASSERT_TRUE(connection.wait_connected(10s)); }

    void restart_with_wiped_store() {
        server.stop();
        server.wipe_store();
        server.start();
        ASSERT_TRUE(wait_until([this] { return connection.wait_connected(1s); }, 10s));
    }

    // JetStream takes a moment longer than the listener.
    template <typename Action>
    auto once_ready(Action action) {
        for (int attempt = 1;; ++attempt) {
            try {
                return action();
            } catch (const std::runtime_error&) {
                if (attempt == 100) {
                    throw;
                }
                (void)wait_until([] { return false; }, 50ms);
            }
        }
    }

    NatsServer server;
    Connection connection;
};

}  // namespace lumos::bus
