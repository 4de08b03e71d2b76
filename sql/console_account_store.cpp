#include "sql/console_account_store.h"

#include "sql/transaction.h"

namespace lumos::sql::console {
namespace {

Account read_account(const Row& row) {
    return {
        .id = row.integer("id"),
        .slug = row.text("slug"),
        .name = row.text("name"),
        .plan = {row.text("plan"), row.optional_integer("servers_max"), row.boolean("failover")},
        .created_at = row.time("created_at"),
        .servers = row.integer("servers"),
        .domains = row.integer("domains")};
}

}  // namespace

std::vector<Plan> plans(Work& work) {
    std::vector<Plan> found;
    for (const auto row : work.transaction().run(queries::plans::names)) {
        found.push_back(
            {row.text("name"), row.optional_integer("servers_max"), row.boolean("failover")});
    }
    return found;
}

std::vector<Account> accounts(Work& work, std::optional<std::int64_t> only, const Page& page) {
    std::vector<Account> found;
    for (const auto row :
         work.transaction().run(queries::accounts::page, {only, page.after, page.limit})) {
        found.push_back(read_account(row));
    }
    return found;
}

std::optional<Account> find_account(Work& work, const std::string& slug) {
    const auto rows = work.transaction().run(queries::accounts::find_by_slug, {slug});
    return rows.empty() ? std::nullopt : std::optional(read_account(rows.at(0)));
}

void hold_account(Work& work, std::int64_t account_id) {
    work.transaction().run(queries::accounts::hold_still, {account_id});
}

std::int64_t add_account(
    Work& work, const std::string& slug, const std::string& name, const std::string& plan) {
    return work.transaction()
        .run(queries::accounts::insert, {slug, name, plan})
        .only()
        .integer("id");
}

void edit_account(
    Work& work, std::int64_t account_id, const std::string& name, const std::string& plan) {
    work.transaction().run(queries::accounts::edit, {account_id, name, plan});
}

void remove_account(Work& work, std::int64_t account_id) {
    work.transaction().run(queries::accounts::remove, {account_id});
}

std::vector<std::int64_t> zones_of_account(Work& work, std::int64_t account_id) {
    std::vector<std::int64_t> ids;
    for (const auto row : work.transaction().run(queries::zones::ids_of_account, {account_id})) {
        ids.push_back(row.integer("id"));
    }
    return ids;
}

}  // namespace lumos::sql::console
