#include "tests/store/failover/switch_world.h"

#include "sql/request_store.h"
#include "workers/shared/runtime/errors.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

namespace lumos::failover::testing {

std::unique_ptr<dns::Provider> WorldProviders::open(const sql::ProviderRow& /*row*/) {
    if (token_is_lost) {
        throw runtime::Permanent(
            "the token is encrypted with key k2, which the key ring does not contain");
    }
    return dns_.open();
}

void RememberingAfterCommit::events(const std::vector<sql::NewDelivery>& deliveries) {
    const std::scoped_lock lock(mutex_);
    ++woken;
    told.insert(told.end(), deliveries.begin(), deliveries.end());
}

void RememberingAfterCommit::call(const std::string& /*account*/, const std::string& server) {
    const std::scoped_lock lock(mutex_);
    called.push_back(server);
}

void ScriptedObserver::before(std::string_view step) {
    seen.emplace_back(step);
    if (step == step_ && act_) {
        const auto act = std::exchange(act_, nullptr);
        act();
    }
}

SwitchWorld::SwitchWorld(const std::string& url)
    : url_(url),
      session_(new_session()),
      own_(new_session()) {
    account = run("INSERT INTO accounts (slug, name, plan) VALUES ('acme', 'Acme', 'pro') "
                  "RETURNING id")
                  .only()
                  .integer("id");
    run("INSERT INTO providers (account_id, slug, name, kind, token_key, token_box) "
        "VALUES (1, 'cf-main', 'Main', 'cloudflare', 'k1', '\\x00')");
    run("INSERT INTO channels (account_id, slug, name, kind, target) "
        "VALUES (1, 'owner', 'Owner', 'email', 'owner@acme.example')");
    run("INSERT INTO heard_nodes (node, url, span, span_seq, heard_since, heard_until, "
        "advanced_at) VALUES ('N', 'nats://n', 1, 1, clock_timestamp() - interval '1 hour', "
        "clock_timestamp(), clock_timestamp())");
    zone = another_zone("example.com");
}

Id SwitchWorld::another_zone(const std::string& name) {
    const auto id = run(fmt::format(
                            "INSERT INTO zones (account_id, provider_id, name, provider_zone_id) "
                            "VALUES (1, 1, '{}', 'zone-{}') RETURNING id",
                            name,
                            name))
                        .only()
                        .integer("id");
    run(fmt::format("INSERT INTO zone_work (zone_id) VALUES ({})", id));
    return id;
}

std::unique_ptr<sql::Connection> SwitchWorld::new_session(const std::string& name) {
    return std::make_unique<sql::Connection>(url_, name);
}

void SwitchWorld::renew_sessions() {
    session_ = new_session();
    own_ = new_session();
}

Id SwitchWorld::server(const std::string& slug, const std::string& ipv6) {
    const auto id = run(fmt::format(
                            "INSERT INTO servers (account_id, slug, name, ipv4, ipv6) "
                            "VALUES (1, '{}', 'Server {}', '203.0.113.{}', {}) RETURNING id",
                            slug,
                            slug,
                            ++servers_,
                            ipv6.empty() ? "NULL" : "'" + ipv6 + "'"))
                        .only()
                        .integer("id");
    run(fmt::format(
        "INSERT INTO server_presence (server_id, node, span, last_seen, status, cause, "
        "status_since, fitness, fitness_since) SELECT {}, 'N', 1, heard_until, 'online', "
        "'heartbeat', clock_timestamp() - interval '1 hour', 'ready', "
        "clock_timestamp() - interval '1 hour' FROM heard_nodes",
        id));
    return id;
}

Id SwitchWorld::domain(const std::string& name, const std::vector<Id>& servers, bool with_ipv6) {
    const auto id = run(fmt::format(
                            "INSERT INTO domains (account_id, zone_id, name, ttl, failover_ttl, "
                            "published_server, published_ipv4, published_ipv6) SELECT 1, {}, '{}', "
                            "300, 60, id, ipv4, {} FROM servers WHERE id = {} RETURNING id",
                            zone,
                            name,
                            with_ipv6 ? "ipv6" : "NULL",
                            servers.front()))
                        .only()
                        .integer("id");
    int position = 0;
    for (const auto server_id : servers) {
        run(fmt::format(
            "INSERT INTO domain_servers VALUES ({}, {}, {})", id, server_id, position++));
    }
    const auto put = [&](const std::string& type, const std::string& content) {
        dns.put(
            {.id = "",
             .name = name,
             .type = type,
             .content = content,
             .ttl = 300,
             .proxied = false,
             .original = R"({"comment":"by hand"})"});
    };
    put("A", domain_value(id, "host(published_ipv4)"));
    if (with_ipv6) {
        put("AAAA", domain_value(id, "host(published_ipv6)"));
    }
    return id;
}

void SwitchWorld::goes_out(Id server) {
    run(fmt::format(
        "WITH request AS (INSERT INTO check_requests (server_id, cause) VALUES ({0}, 'out')) "
        "UPDATE server_presence SET status = 'offline', cause = 'disconnect', "
        "status_since = CASE status WHEN 'offline' THEN status_since ELSE clock_timestamp() END, "
        "fitness = 'out', fitness_since = clock_timestamp(), "
        "out_at = (SELECT heard_until FROM heard_nodes), "
        "incident = coalesce(incident, gen_random_uuid()) WHERE server_id = {0}",
        server));
}

void SwitchWorld::goes_offline(Id server) {
    run(fmt::format(
        "WITH request AS (INSERT INTO check_requests (server_id, cause) VALUES ({0}, 'offline')) "
        "UPDATE server_presence SET status = 'offline', cause = 'disconnect', "
        "status_since = clock_timestamp(), fitness = 'unsure', fitness_since = clock_timestamp(), "
        "incident = gen_random_uuid() WHERE server_id = {0}",
        server));
}

void SwitchWorld::gets_ready(Id server) {
    run("UPDATE heard_nodes SET heard_until = clock_timestamp(), advanced_at = clock_timestamp()");
    run(fmt::format(
        "WITH request AS (INSERT INTO check_requests (server_id, cause) VALUES ({0}, 'ready')) "
        "UPDATE server_presence SET status = 'online', cause = 'heartbeat', "
        "status_since = clock_timestamp(), fitness = 'ready', fitness_since = clock_timestamp(), "
        "last_seen = (SELECT heard_until FROM heard_nodes), incident = NULL WHERE server_id = {0}",
        server));
}

void SwitchWorld::turns_unsure(Id server) {
    run(fmt::format(
        "UPDATE server_presence SET fitness = 'unsure', fitness_since = clock_timestamp() "
        "WHERE server_id = {}",
        server));
}

void SwitchWorld::answers(Id server) {
    run("UPDATE heard_nodes SET heard_until = clock_timestamp(), advanced_at = clock_timestamp()");
    run(fmt::format(
        "UPDATE server_presence SET last_seen = (SELECT heard_until FROM heard_nodes) "
        "WHERE server_id = {}",
        server));
    run(fmt::format(
        "WITH answered AS (DELETE FROM waiting_for USING server_presence AS p "
        "WHERE waiting_for.server_id = {0} AND p.server_id = {0} AND asked_at < p.last_seen "
        "RETURNING zone_id) "
        "INSERT INTO check_requests (zone_id, cause) SELECT zone_id, 'answer' FROM answered",
        server));
}

void SwitchWorld::falls_quiet(Id server) {
    run(fmt::format(
        "UPDATE server_presence SET last_seen = (SELECT heard_until FROM heard_nodes) - "
        "interval '14 seconds' WHERE server_id = {}",
        server));
}

void SwitchWorld::keep_hearing() {
    run("WITH step AS (UPDATE heard_nodes AS new SET heard_until = clock_timestamp(), "
        "advanced_at = clock_timestamp() FROM heard_nodes AS old WHERE new.node = old.node "
        "RETURNING new.heard_until - old.heard_until AS by) "
        "UPDATE server_presence SET last_seen = last_seen + by FROM step "
        "WHERE fitness = 'ready'");
}

void SwitchWorld::hearing_stops() {
    run("UPDATE heard_nodes SET advanced_at = clock_timestamp() - interval '11 seconds'");
}

void SwitchWorld::request(const std::string& cause) {
    run(fmt::format("INSERT INTO check_requests (zone_id, cause) VALUES ({}, '{}')", zone, cause));
}

CheckResult SwitchWorld::check() {
    if (session_->is_lost()) {
        session_ = new_session();
    }
    return check_as(*session_, observer);
}

CheckResult SwitchWorld::check_as(sql::Connection& session, StepObserver& seen_by) {
    (void)sql::expand_server_requests(session, std::chrono::milliseconds{0}, 100);
    const Tools tools{providers, after, clock, seen_by};
    ZoneSwitch zone_switch(tools);
    return zone_switch.check(session, zone);
}

void SwitchWorld::settle_down() {
    const auto is_due = [&] {
        return number(fmt::format(
                   "SELECT (SELECT count(*) FROM check_requests) + count(*) AS value "
                   "FROM zone_work WHERE zone_id = {} AND due_at <= clock_timestamp()",
                   zone)) > 0;
    };
    for (int turn = 0; turn < 60 && is_due(); ++turn) {
        keep_hearing();
        (void)check();
    }
}

void SwitchWorld::end_reservation() {
    run("UPDATE zone_work SET reserved_until = clock_timestamp() - interval '1 millisecond', "
        "due_at = clock_timestamp() WHERE reserved_until IS NOT NULL");
}

void SwitchWorld::end_doubts() {
    run("UPDATE domains SET doubt_until = clock_timestamp() - interval '1 millisecond' "
        "WHERE doubt_until IS NOT NULL");
    ring_alarms();
}

void SwitchWorld::ring_alarms() {
    run("UPDATE domains SET retry_at = clock_timestamp() - interval '1 millisecond' "
        "WHERE retry_at IS NOT NULL");
    run("UPDATE zone_work SET not_before = NULL, "
        "due_at = CASE WHEN due_at IS NULL THEN NULL ELSE clock_timestamp() END");
}

void SwitchWorld::let_pass(const std::string& column_of_domains, std::chrono::seconds time) {
    run(fmt::format(
        "UPDATE domains SET {0} = {0} - interval '{1} seconds' WHERE {0} IS NOT NULL",
        column_of_domains,
        time.count()));
    ring_alarms();
}

sql::Rows SwitchWorld::run(const std::string& text) {
    sql::Transaction transaction(*own_);
    auto rows = transaction.run_text(text);
    transaction.commit();
    return rows;
}

std::string SwitchWorld::text(const std::string& query) {
    return run(query).only().optional_text("value").value_or("");
}

std::int64_t SwitchWorld::number(const std::string& query) {
    return run(query).only().integer("value");
}

std::vector<EventRow> SwitchWorld::events() {
    std::vector<EventRow> found;
    for (const auto row :
         run("SELECT id::text, type, incident::text, data::text FROM events ORDER BY sequence")) {
        found.push_back({row.text("id"), row.text("type"), row.text("incident"), row.text("data")});
    }
    return found;
}

std::vector<std::string> SwitchWorld::event_types() {
    std::vector<std::string> types;
    for (const auto& event : events()) {
        types.push_back(event.type);
    }
    return types;
}

std::string SwitchWorld::domain_value(Id domain, const std::string& column) {
    return text(
        fmt::format("SELECT ({})::text AS value FROM domains WHERE id = {}", column, domain));
}

std::string SwitchWorld::published(Id domain) {
    return text(fmt::format(
        "SELECT slug AS value FROM domains JOIN servers ON servers.id = published_server "
        "WHERE domains.id = {}",
        domain));
}

bool SwitchWorld::is_settled() {
    return number(
               "SELECT (SELECT count(*) FROM dns_changes WHERE state = 'pending') + "
               "(SELECT count(*) FROM domains WHERE doubt_until IS NOT NULL) AS value") == 0;
}

}  // namespace lumos::failover::testing
