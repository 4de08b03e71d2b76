#pragma once
// A migrated database with one account, a nats-server, and what the EVENT stream holds.

#include "bus/connection.h"
#include "bus/consumer.h"
#include "bus/error.h"
#include "bus/streams.h"
#include "schemas/envelope.h"
#include "sql/connection.h"
#include "sql/outbox_store.h"
#include "sql/transaction.h"
#include "tests/support/nats_server.h"
#include "tests/support/postgres_server.h"
#include "tests/support/wait_until.h"
#include "workers/shared/outbox/outbox.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/ids.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <thread>

namespace lumos::outbox {
using namespace std::chrono_literals;
using support::wait_until;

inline bus::ConnectionOptions options_for(const support::NatsServer& server) {
    bus::ConnectionOptions options;
    options.urls = server.url();
    options.user = "app";
    options.password = "app";
    options.reconnect_wait_first = 20ms;
    options.reconnect_wait_max = 200ms;
    return options;
}

struct Published {
    std::string id;
    std::string subject;
    std::int64_t sequence = 0;
};

class OutboxTest : public testing::Test {
protected:
    OutboxTest() : connection(options_for(server)) {}

    void SetUp() override {
        ASSERT_TRUE(connection.wait_connected(10s));
        sql::Connection session(url, "test/0");
        sql::Transaction transaction(session);
        transaction.run_text(
            "INSERT INTO accounts (slug, name, plan) VALUES ('acme', 'Acme', 'pro')");
        transaction.commit();
    }

    // One committed event of a server; its id.
    std::string record(const std::string& server_slug, std::optional<std::int64_t> account = 1) {
        const auto session = pool.lease();
        sql::Transaction transaction(*session);
        const auto id = runtime::new_uuid(runtime::SystemClock().now());
        (void)sql::record_event(
            transaction,
            {.id = id,
             .account_id = account,
             .source = "presence",
             .type = account ? "server_down" : "hearing_lost",
             .kind = account ? "server" : "control",
             .subject = account ? server_slug : "hearing",
             .incident = std::nullopt,
             .data = R"({"serverId": ")" + server_slug + R"("})"});
        transaction.commit();
        return id;
    }

    std::vector<std::string> record_many(std::size_t count, int servers = 7) {
        std::vector<std::string> ids;
        for (std::size_t i = 0; i < count; ++i) {
            ids.push_back(record("s" + std::to_string(i % static_cast<std::size_t>(servers))));
        }
        return ids;
    }

    std::int64_t count(const std::string& condition) {
        const auto session = pool.lease();
        sql::Transaction transaction(*session);
        return transaction.run_text("SELECT count(*) AS n FROM outbox WHERE " + condition)
            .only()
            .integer("n");
    }

    void run(const std::string& text) {
        const auto session = pool.lease();
        sql::Transaction transaction(*session);
        transaction.run_text(text);
        transaction.commit();
    }

    bool all_published(std::chrono::milliseconds limit = 15s) {
        return wait_until([&] { return count("published_at IS NULL") == 0; }, limit);
    }

    std::vector<bus::StreamMessage> read_stream(const std::string& stream) {
        bus::ReaderOptions options;
        options.stream = stream;
        options.name = "test-reader";
        bus::Reader reader(connection, options);
        std::vector<bus::StreamMessage> all;
        while (true) {
            auto some = reader.read(1'000, 300ms);
            if (some.empty()) {
                return all;
            }
            std::move(some.begin(), some.end(), std::back_inserter(all));
        }
    }

    std::vector<Published> published_events() {
        std::vector<Published> all;
        for (const auto& message : read_stream("EVENT")) {
            boost::json::value data;
            const auto envelope = schemas::open(message.body, data);
            all.push_back({envelope.id, message.subject, envelope.sequence.value_or(0)});
        }
        return all;
    }

    static std::multiset<std::string> ids_of(const std::vector<Published>& events) {
        std::multiset<std::string> ids;
        for (const auto& event : events) {
            ids.insert(event.id);
        }
        return ids;
    }

    static void expect_order_within_subjects(const std::vector<Published>& events) {
        std::map<std::string, std::int64_t> last;
        for (const auto& event : events) {
            EXPECT_GT(event.sequence, last[event.subject]) << event.subject;
            last[event.subject] = event.sequence;
        }
    }

    bool bus_has_event_stream() {
        try {
            (void)bus::stream_state(connection, bus::kEventStream);
            return true;
        } catch (const std::runtime_error&) {
            return false;
        }
    }

    void wipe() {
        server.stop();
        server.wipe_store();
        server.start();
    }

    std::string url = support::fresh_database();
    sql::Pool pool{url, "test/1", 8};
    support::NatsServer server;
    bus::Connection connection;
};

}  // namespace lumos::outbox
