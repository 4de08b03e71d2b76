#pragma once
// A migrated database with an account and channels, and short ways to fill it and to look into it.

#include "sql/connection.h"
#include "sql/delivery_store.h"
#include "sql/event_store.h"
#include "sql/transaction.h"
#include "tests/support/postgres_server.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/ids.h"

#include <fmt/core.h>

#include <string>
#include <vector>

namespace lumos::notifier {

class DeliveryWorld {
public:
    explicit DeliveryWorld(const std::string& database_url = support::fresh_database())
        : url(database_url),
          pool(url, "test/1", 12) {
        run("INSERT INTO accounts (slug, name, plan) VALUES ('acme', 'Acme', 'pro')");
    }

    std::int64_t channel(
        const std::string& slug, const std::string& kind, const std::string& alerts = "NULL") {
        const auto rows = run(fmt::format(
            "INSERT INTO channels (account_id, slug, name, kind, target, alerts) VALUES (1, '{}', "
            "'', '{}', "
            "'{}', {}) RETURNING id",
            slug,
            kind,
            kind == "email" ? slug + "@acme.example" : "https://" + slug + ".example/hook",
            alerts));
        return rows.at(0).integer("id");
    }

    // An alert of a server or domain; its deliveries are those of the channels that select it. "":
    // opens an incident.
    sql::RecordedEvent record(
        const std::string& type, const std::string& subject, const std::string& incident = "") {
        sql::NewEvent event{
            .id = runtime::new_uuid(runtime::SystemClock{}.now()),
            .account_id = 1,
            .source = "presence",
            .type = type,
            .kind =
                type.starts_with("failover") || type == "server_recovered" ? "domain" : "server",
            .subject = subject,
            .incident = incident.empty() ? std::nullopt : std::optional(incident),
            .data = R"({"message": "so it is"})",
            .alert = true};
        const auto lease = pool.lease();
        sql::Transaction transaction(*lease);
        auto recorded = sql::record_event(transaction, event);
        transaction.commit();
        return recorded;
    }

    sql::Rows run(const std::string& text) {
        const auto lease = pool.lease();
        sql::Transaction transaction(*lease);
        auto rows = transaction.run_text(text);
        transaction.commit();
        return rows;
    }

    [[nodiscard]] std::int64_t number(const std::string& text) {
        return run(text).only().integer("number");
    }
    [[nodiscard]] std::int64_t count(const std::string& where) {
        return number("SELECT count(*) AS number FROM deliveries WHERE " + where);
    }
    // As if the time had come for all that waits.
    void make_due() {
        run("UPDATE deliveries SET next_at = clock_timestamp() WHERE state = 'pending'");
    }

    std::string url;
    sql::Pool pool;
    sql::DeliveryStore store{pool};
};

}  // namespace lumos::notifier
