// What the database is told to do for many servers at once is what the rules say of one: random
// rows, both are asked.

#include "tests/store/presence/presence_world.h"
#include "tests/support/wait_until.h"
#include "workers/presence/stored.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <thread>
#include <tuple>

namespace lumos::presence::testing {
namespace {

constexpr int kServers = 2'000;
const Time kUntil{std::chrono::seconds{1'795'317'120}};

// Values near the borders of the rules, from a fixed seed: what fails fails again.
class AnyRow {
public:
    bool coin() { return number(0, 1) == 1; }
    int number(int least, int most) {
        return std::uniform_int_distribution<int>(least, most)(engine_);
    }
    template <typename Value>
    Value one_of(const std::vector<Value>& values) {
        return values[static_cast<std::size_t>(number(0, static_cast<int>(values.size()) - 1))];
    }
    std::optional<double> interval() {
        return one_of<std::optional<double>>({std::nullopt, 0.5, 1, 4, 15, 60, 61, 3'600});
    }
    // Three intervals of any kind ago, or a moment more or less; or ahead.
    Time time() {
        const Duration ago = one_of<Duration>({0s, 3s, 12s, 45s, 180s, 183s, 400s, 700s, -10s}) +
                             Duration(number(-1, 1));
        return kUntil - ago;
    }
    std::optional<Time> maybe_time() { return coin() ? std::optional(time()) : std::nullopt; }

    void fill(sql::ServerPresenceRow& row) {
        row.node = one_of<std::optional<std::string>>({std::nullopt, "N1", "N2", "gone", "none"});
        row.span = one_of<std::optional<std::int64_t>>({std::nullopt, 1, 2});
        row.moved_at = maybe_time();
        row.last_seq = number(0, 2);
        row.judged_seq = number(0, 2);
        row.last_seen = number(0, 4) == 0 ? std::nullopt : std::optional(time());
        row.interval_seconds = interval();
        row.said = one_of<std::optional<std::string>>(
            {std::nullopt, "online", "online", "error", "stopping", "restarting"});
        row.status = one_of<std::string>({"unknown", "online", "offline", "offline", "error"});
        row.fitness = one_of<std::string>({"ready", "unsure", "out", "out"});
        row.steady_since = maybe_time();
        row.disconnected_at = number(0, 3) == 0 ? maybe_time() : std::nullopt;
        row.out_at = maybe_time();
        row.conflict = number(0, 9) == 0;
    }
    sql::AgentConnectionRow connection(std::int64_t server, std::int64_t client) {
        return {
            .server_id = server,
            .nats_server = one_of<std::string>({"N1", "gone"}),
            .client_id = client,
            .session = {},
            .boot_id = {},
            .opened_at = time(),
            .heard_since = maybe_time(),
            .heard_at = maybe_time(),
            .closed_at = maybe_time(),
            .reason = {},
            .counts = false};
    }

private:
    std::mt19937 engine_{20'261'122};
};

class Agreement : public ::testing::Test {
protected:
    Agreement() : ids_(kServers) {
        world_.servers(kServers);
        std::iota(ids_.begin(), ids_.end(), 1);
        for (const auto& [name, span, since] :
             {std::tuple{"N1", 1, 600s}, {"N2", 2, 20s}, {"gone", 2, 600s}}) {
            world_.run(fmt::format(
                "INSERT INTO heard_nodes (node, url, span, span_seq, heard_since, heard_until, "
                "advanced_at) VALUES ('{}', 'u', {}, 1, '{}', '{}', clock_timestamp())",
                name,
                span,
                to_sql_time(kUntil - since),
                to_sql_time(kUntil)));
        }
        sql::PresenceRound store(world_.replica().session);
        auto rows = store.servers(ids_);
        std::vector<sql::AgentConnectionRow> connections;
        for (sql::ServerPresenceRow& row : rows) {
            any_.fill(row);
            for (int client = any_.number(0, 2); client > 0; --client) {
                connections.push_back(any_.connection(row.server_id, client));
            }
        }
        store.write_servers(rows);
        store.write_connections(connections);
        store.commit();
        for (const std::int64_t id : ids_) {
            if (any_.number(0, 9) == 0) {
                calls_ += fmt::format(
                    "{}({}, 1, '{}')", calls_.empty() ? "" : ",", id, to_sql_time(any_.time()));
            }
        }
        world_.run("INSERT INTO waiting_for (server_id, zone_id, asked_at) VALUES " + calls_);
    }

    struct Picture {
        std::vector<NodeHearing> nodes;
        std::vector<sql::ServerPresenceRow> rows;
        std::map<std::int64_t, Connections> connections;
    };
    Picture picture(sql::PresenceRound& store) const {
        Picture seen;
        for (const sql::HeardNodeRow& row : store.nodes()) {
            seen.nodes.push_back(node_of_row(row));
        }
        seen.rows = store.servers(ids_);
        for (const sql::AgentConnectionRow& row : store.connections(ids_)) {
            seen.connections[row.server_id].push_back(connection_of_row(row));
        }
        return seen;
    }

    PresenceWorld world_;
    AnyRow any_;
    std::vector<std::int64_t> ids_;
    std::string calls_;
};

TEST_F(Agreement, TheDatabaseFindsExactlyTheServersThatAreDue) {
    sql::PresenceRound store(world_.replica().session);
    const Picture now = picture(store);
    const NodeHearing beaten = *find_node(now.nodes, "N1");
    std::set<std::int64_t> due;
    for (const sql::ServerPresenceRow& row : now.rows) {
        const ServerPresence presence = presence_of(row);
        if (is_due(presence, row.asked_at, node_of(presence, now.nodes, beaten), world_.limits)) {
            due.insert(row.server_id);
        }
    }
    const auto found = store.due({.beaten = "N1", .default_interval_seconds = 15});

    EXPECT_EQ(std::set<std::int64_t>(found.begin(), found.end()), due);
    EXPECT_GT(due.size(), 200U);
    EXPECT_LT(due.size(), kServers - 200U);
}

std::optional<Time> cut(const std::optional<Time>& time, Time heard) {
    return time ? std::optional(std::min(*time, heard)) : std::nullopt;
}

TEST_F(Agreement, NoTimeStaysLaterThanTheBeatThatCutsBack) {
    const Time heard = kUntil - 45s;
    sql::PresenceRound store(world_.replica().session);
    const Picture before = picture(store);
    store.cut_back(heard);
    const Picture after = picture(store);

    for (std::size_t n = 0; n < before.nodes.size(); ++n) {
        EXPECT_EQ(after.nodes[n].heard_since, std::min(before.nodes[n].heard_since, heard));
        EXPECT_EQ(after.nodes[n].heard_until, std::min(before.nodes[n].heard_until, heard));
    }
    for (std::size_t n = 0; n < before.rows.size(); ++n) {
        ServerPresence wanted = presence_of(before.rows[n]);
        for (std::optional<Time>* time :
             {&wanted.moved_at,
              &wanted.last_seen,
              &wanted.steady_since,
              &wanted.disconnected_at,
              &wanted.out_at}) {
            *time = cut(*time, heard);
        }
        ASSERT_EQ(presence_of(after.rows[n]), wanted) << before.rows[n].server;
        ASSERT_EQ(after.rows[n].asked_at, cut(before.rows[n].asked_at, heard));
    }
    for (const auto& [server, connections] : before.connections) {
        for (const AgentConnection& one : connections) {
            const AgentConnection& now = *find_connection(after.connections.at(server), one.key);
            ASSERT_EQ(now.opened_at, std::min(one.opened_at, heard));
            ASSERT_EQ(now.heard_since, cut(one.heard_since, heard));
            ASSERT_EQ(now.heard_at, cut(one.heard_at, heard));
            ASSERT_EQ(now.closed_at, cut(one.closed_at, heard));
        }
    }
}

TEST_F(Agreement, ANodeThatIsGoneIsLeftAsTheRulesSay) {
    sql::PresenceRound store(world_.replica().session);
    const Picture before = picture(store);
    const NodeHearing& to = *find_node(before.nodes, "N1");
    store.leave_node("gone", row_of_node(to), std::string(kNodeGone));
    const Picture after = picture(store);

    for (std::size_t n = 0; n < before.rows.size(); ++n) {
        ServerPresence wanted = presence_of(before.rows[n]);
        if (wanted.node == "gone") {
            move_to(wanted, to);
        }
        ASSERT_EQ(presence_of(after.rows[n]), wanted) << before.rows[n].server;
    }
    for (auto [server, wanted] : before.connections) {
        close_with_node(wanted, "gone", to.heard_until);
        for (const AgentConnection& one : wanted) {
            const AgentConnection& now = *find_connection(after.connections.at(server), one.key);
            ASSERT_EQ(now.closed_at, one.closed_at);
            ASSERT_EQ(now.reason, one.reason);
            ASSERT_EQ(now.counts, one.counts);
        }
    }
}

// The other replica rolled back, so that its row is as it was: its statement must not have looked
// at the clock before it waited.
TEST_F(Agreement, TheDatabasesClockIsReadUnderTheLock) {
    auto other = std::make_optional<sql::PresenceRound>(world_.replica(0).session);
    (void)other->lock();
    sql::Connection session(world_.database(), "test/2");
    std::jthread releases([&] {
        EXPECT_TRUE(support::wait_until(
            [&] {
                return world_.value(
                           "SELECT count(*) FROM pg_stat_activity WHERE "
                           "application_name = 'test/2' AND wait_event_type = 'Lock'") == "1";
            },
            5s));
        world_.run("CREATE TABLE seen AS SELECT clock_timestamp() AS at");
        other.reset();
    });
    sql::PresenceRound store(session);
    const Time read = store.lock().database_now;
    releases.join();
    EXPECT_GT(read, world_.run("SELECT at FROM seen").only().time("at"));
}

}  // namespace
}  // namespace lumos::presence::testing
