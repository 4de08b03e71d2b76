#include "tests/store/presence/presence_world.h"

#include <fmt/core.h>

#include <stdexcept>
#include <utility>

namespace lumos::presence::testing {

Replica::Replica(const std::string& url, const Limits& limits)
    : session(url, "test/1"),
      round(heard, clock, limits) {}

PresenceWorld::PresenceWorld(std::size_t replicas)
    : database_(support::fresh_database()),
      session_(database_, "test/1") {
    run("INSERT INTO accounts (slug, name, plan) VALUES ('acme', 'Acme', 'pro')");
    run("INSERT INTO channels (account_id, slug, name, kind, target) "
        "VALUES (1, 'owner', 'Owner', 'email', 'owner@acme.example')");
    for (std::size_t number = 0; number < replicas; ++number) {
        replicas_.push_back(std::make_unique<Replica>(database_, limits));
        replicas_.back()->heard.begin_agent(created_);
        replicas_.back()->heard.begin_bus(created_, std::nullopt);
    }
}

// ---- the database ----

std::int64_t PresenceWorld::server(const std::string& slug) {
    return run(fmt::format(
                   "WITH made AS (INSERT INTO servers (account_id, slug, name, ipv4) VALUES "
                   "(1, '{0}', 'Server {0}', '203.0.113.7') RETURNING id) "
                   "INSERT INTO server_presence (server_id) SELECT id FROM made "
                   "RETURNING server_id",
                   slug))
        .only()
        .integer("server_id");
}

void PresenceWorld::servers(int count) {
    run(fmt::format(
        "WITH made AS (INSERT INTO servers (account_id, slug, name, ipv4) "
        "SELECT 1, 's-' || n, 'Server', '203.0.113.7' FROM generate_series(1, {}) n RETURNING id) "
        "INSERT INTO server_presence (server_id) SELECT id FROM made",
        count));
}

sql::Rows PresenceWorld::run(const std::string& text) {
    sql::Transaction transaction(session_);
    auto rows = transaction.run_text(text);
    transaction.commit();
    return rows;
}

std::string PresenceWorld::value(const std::string& text) {
    return run("SELECT (" + text + ")::text AS value").only().optional_text("value").value_or("");
}

std::string PresenceWorld::of(const std::string& slug, const std::string& column) {
    return value(fmt::format(
        "SELECT p.{} FROM server_presence p JOIN servers s ON s.id = p.server_id "
        "WHERE s.slug = '{}'",
        column,
        slug));
}

std::string PresenceWorld::everything() {
    std::string all;
    for (const char* table :
         {"hearing",
          "heard_nodes",
          "server_presence",
          "agent_connections",
          "server_reports",
          "waiting_for",
          "check_requests",
          "events",
          "deliveries"}) {
        all += std::string(table) + ": " +
               value(fmt::format(
                   "SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM {} AS t", table)) +
               "\n";
    }
    return all;
}

// ---- the streams ----

void PresenceWorld::speaks(const std::string& slug, const Spoken& spoken) {
    ++sequence_;
    for (const std::unique_ptr<Replica>& one : replicas_) {
        one->heard.take(
            {.account = "acme",
             .server = slug,
             .heartbeat =
                 {.sequence = sequence_,
                  .stored_at = now,
                  .through = ConnectionKey{node, spoken.client},
                  .session = spoken.session,
                  .interval = 15s,
                  .said = spoken.said},
             .boot_id = spoken.boot,
             .report = spoken.report},
            false);
    }
}

void PresenceWorld::event(const std::string& slug, ClientEvent event) {
    ++bus_sequence_;
    for (const std::unique_ptr<Replica>& one : replicas_) {
        one->heard.take(NamedClientEvent{
            .sequence = bus_sequence_, .account = "acme", .server = slug, .event = event});
    }
}

void PresenceWorld::connects(const std::string& slug, std::int64_t client) {
    event(slug, {.connected = true, .key = {node, client}, .reason = ""});
}

void PresenceWorld::disconnects(
    const std::string& slug, std::int64_t client, const std::string& reason) {
    event(slug, {.connected = false, .key = {node, client}, .reason = reason});
}

void PresenceWorld::wipe_streams() {
    for (const std::unique_ptr<Replica>& one : replicas_) {
        one->heard.begin_agent(now);
        one->heard.begin_bus(now, one->heard.bus_row().stream_created);
    }
    created_ = now;
    sequence_ = 0;
    bus_sequence_ = 0;
}

void PresenceWorld::wipe_streams_unnoticed_by(const Replica& one) {
    std::unique_ptr<Replica> kept;
    for (std::unique_ptr<Replica>& other : replicas_) {
        if (other.get() == &one) {
            kept = std::move(other);
        }
    }
    std::erase(replicas_, nullptr);
    wipe_streams();
    replicas_.push_back(std::move(kept));
}

// ---- rounds ----

ReadBeat PresenceWorld::beat(Replica& of) {
    const runtime::BootTime sent_at = of.clock.boot();
    ++sequence_;
    of.heard.take_beat(sequence_, now);
    const auto read = of.heard.wait_for_beat(sequence_, 0ms, {});
    if (!read) {
        throw std::logic_error("the beat was not read back");
    }
    return {.node = node, .url = url, .sequence = sequence_, .read = *read, .sent_at = sent_at};
}

RoundResult PresenceWorld::round(Replica& by, Duration later) {
    now += later;
    return by.round.run(by.session, beat(by));
}

void PresenceWorld::listen(Duration how_long, const std::vector<std::string>& speaking) {
    for (Duration heard{}; heard < how_long; heard += 2s) {
        for (const std::string& slug : speaking) {
            speaks(slug);
        }
        (void)round(2s);
    }
}

}  // namespace lumos::presence::testing
