#pragma once
// A real server configured by bus init, and whoever may connect to it.

#include "bus/error.h"
#include "bus/identity.h"
#include "bus/jwt.h"
#include "bus/streams.h"
#include "tests/bus/bus/bus_fixture.h"
#include "tests/support/free_port.h"
#include "tests/support/temp_dir.h"

#include <memory>
#include <optional>
#include <string>

namespace lumos::bus {

class IdentityTest : public testing::Test {
protected:
    IdentityTest() : port_(support::free_port()), directory_(folder_ / "bus") {
        BusInit init;
        init.directory = directory_;
        init.listen = "127.0.0.1:" + std::to_string(port_);
        init.websocket = "127.0.0.1:" + std::to_string(support::free_port());
        (void)init_bus(init, kNow);
        server_.emplace(directory_ + "/nats.conf", port_);
    }

    ConnectionOptions options(const std::string& creds_file) {
        ConnectionOptions options;
        options.urls = server_->url();
        options.creds_file = creds_file;
        options.name = "test";
        options.reconnect_wait_first = 20ms;
        options.reconnect_wait_max = 200ms;
        options.on_error = [this](const std::string& what) { errors_.add(what); };
        return options;
    }

    std::string process(const std::string& kind) {
        return directory_ + "/creds/" + kind + ".creds";
    }

    std::string agent(const std::string& account, const std::string& name) {
        const auto path = folder_ / (account + "." + name + ".creds");
        support::write_file(
            path,
            mint_agent(account, name, read_signing_key(directory_ + "/signing.key"), kNow).text);
        return path;
    }

    // Somebody of the application's account with just these rights.
    std::string user(const std::string& name, Permissions permissions) {
        const auto signer = read_signing_key(directory_ + "/offline/processes.key");
        const auto path = folder_ / (name + ".creds");
        support::write_file(
            path, mint_process({name, "", std::move(permissions)}, signer, kNow).text);
        return path;
    }

    // Somebody who may do everything, which no process may.
    std::string anything() {
        Permissions all;
        all.publish_allow = {">"};
        all.subscribe_allow = {">"};
        return user("anything", all);
    }

    std::unique_ptr<Connection> connect(const std::string& creds_file) {
        auto connection = std::make_unique<Connection>(options(creds_file));
        EXPECT_TRUE(connection->wait_connected(15s)) << connection->state().last_error;
        return connection;
    }

    KeyPair offline_key(const std::string& name) {
        const auto text = support::read_file(directory_ + "/offline/" + name + ".key");
        return key_pair_of_seed(text.substr(text.find("seed: ") + 6, 58));
    }

    const Time kNow = *parse_time("2026-11-22T03:12:04Z");
    support::TempDir folder_;
    std::uint16_t port_;
    std::string directory_;
    std::optional<NatsServer> server_;
    Heard errors_;
};

}  // namespace lumos::bus
