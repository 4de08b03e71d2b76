#include "sql/console_server_store.h"

#include "sql/transaction.h"

namespace lumos::sql::console {
namespace {

Server read_server(const Row& row) {
    return {
        .id = row.integer("id"),
        .slug = row.text("slug"),
        .name = row.text("name"),
        .ipv4 = row.optional_text("ipv4"),
        .ipv6 = row.optional_text("ipv6"),
        .region = row.optional_text("region"),
        .status = row.optional_text("status").value_or("unknown"),
        .since = row.optional_time("status_since"),
        .last_seen = row.optional_time("last_seen"),
        .cause = row.optional_text("cause"),
        .disconnect_reason = row.optional_text("disconnect_reason"),
        .fitness = row.optional_text("fitness").value_or("unsure"),
        .fitness_since = row.optional_time("fitness_since"),
        .conflict = !row.is_null("conflict") && row.boolean("conflict"),
        .agent_version = row.optional_text("agent_version"),
        .checks = row.optional_text("checks"),
        .domains_published = row.integer("domains_published")};
}

}  // namespace

std::vector<Server> servers(Work& work, std::int64_t account_id, const Page& page) {
    std::vector<Server> found;
    for (const auto row :
         work.transaction().run(queries::servers::page, {account_id, page.after, page.limit})) {
        found.push_back(read_server(row));
    }
    return found;
}

std::optional<Server> find_server(Work& work, std::int64_t account_id, const std::string& slug) {
    const auto rows = work.transaction().run(queries::servers::find_by_slug, {account_id, slug});
    return rows.empty() ? std::nullopt : std::optional(read_server(rows.at(0)));
}

std::optional<Server> hold_server(Work& work, std::int64_t account_id, const std::string& slug) {
    work.transaction().run(queries::servers::find_for_edit, {account_id, slug});
    return find_server(work, account_id, slug);
}

std::int64_t count_servers(Work& work, std::int64_t account_id) {
    return work.transaction()
        .run(queries::servers::count_of_account, {account_id})
        .only()
        .integer("servers");
}

std::vector<ServerAddress> server_addresses(
    Work& work, std::int64_t account_id, const std::vector<std::string>& slugs) {
    std::vector<ServerAddress> found;
    for (const auto row :
         work.transaction().run(queries::servers::addresses_of_slugs, {account_id, slugs})) {
        found.push_back(
            {row.integer("id"),
             row.text("slug"),
             row.text("name"),
             row.optional_text("ipv4"),
             row.optional_text("ipv6")});
    }
    return found;
}

std::int64_t add_server(Work& work, const NewServer& server) {
    const auto id = work.transaction()
                        .run(
                            queries::servers::insert,
                            {server.account_id,
                             server.slug,
                             server.name,
                             server.ipv4,
                             server.ipv6,
                             server.region,
                             server.public_key})
                        .only()
                        .integer("id");
    work.transaction().run(queries::server_presence::insert, {id});
    return id;
}

void edit_server(Work& work, const Server& server) {
    work.transaction().run(
        queries::servers::edit, {server.id, server.name, server.ipv4, server.ipv6, server.region});
}

void remove_server(Work& work, std::int64_t server_id) {
    work.transaction().run(queries::servers::remove, {server_id});
}

std::vector<std::string> domains_using(Work& work, std::int64_t server_id, std::int64_t limit) {
    std::vector<std::string> names;
    for (const auto row : work.transaction().run(queries::servers::used_by, {server_id, limit})) {
        names.push_back(row.text("name"));
    }
    return names;
}

std::vector<std::int64_t> zones_of_server(Work& work, std::int64_t server_id) {
    std::vector<std::int64_t> ids;
    for (const auto row : work.transaction().run(queries::servers::zones_of, {server_id})) {
        ids.push_back(row.integer("zone_id"));
    }
    return ids;
}

}  // namespace lumos::sql::console
