#include "sql/console_provider_store.h"

#include "sql/transaction.h"

namespace lumos::sql::console {
namespace {

Provider read_provider(const Row& row) {
    return {
        .id = row.integer("id"),
        .slug = row.text("slug"),
        .name = row.text("name"),
        .kind = row.text("kind"),
        .token = {row.text("token_key"), row.bytes("token_box")},
        .verified_at = row.optional_time("verified_at"),
        .expires_on = row.optional_time("expires_on"),
        .created_at = row.time("created_at"),
        .blocked_until = row.optional_time("blocked_until"),
        .calls_left = row.optional_number("calls_left").value_or(200),
        .zones = row.texts("zones")};
}

Zone read_zone(const Row& row) {
    return {
        .id = row.integer("id"),
        .name = row.text("name"),
        .provider_zone_id = row.text("provider_zone_id"),
        .batch_max = row.integer("batch_max"),
        .created_at = row.time("created_at"),
        .provider_id = row.optional_integer("provider_id"),
        .provider = row.optional_text("provider"),
        .failures = row.optional_integer("failures").value_or(0),
        .last_error = row.optional_text("last_error"),
        .not_before = row.optional_time("not_before"),
        .domains = row.integer("domains")};
}

std::optional<Zone> first_zone(const Rows& rows) {
    return rows.empty() ? std::nullopt : std::optional(read_zone(rows.at(0)));
}

}  // namespace

std::vector<Provider> providers(Work& work, std::int64_t account_id, const Page& page) {
    std::vector<Provider> found;
    for (const auto row :
         work.transaction().run(queries::providers::page, {account_id, page.after, page.limit})) {
        found.push_back(read_provider(row));
    }
    return found;
}

std::optional<Provider> find_provider(
    Work& work, std::int64_t account_id, const std::string& slug) {
    const auto rows = work.transaction().run(queries::providers::find_by_slug, {account_id, slug});
    return rows.empty() ? std::nullopt : std::optional(read_provider(rows.at(0)));
}

std::optional<Provider> hold_provider(
    Work& work, std::int64_t account_id, const std::string& slug) {
    work.transaction().run(queries::providers::find_for_edit, {account_id, slug});
    return find_provider(work, account_id, slug);
}

std::int64_t add_provider(Work& work, const NewProvider& provider) {
    const auto id = work.transaction()
                        .run(
                            queries::providers::insert,
                            {provider.account_id, provider.slug, provider.name, provider.kind})
                        .only()
                        .integer("id");
    work.transaction().run(queries::provider_budgets::open, {id});
    return id;
}

void set_provider_token(
    Work& work, std::int64_t provider_id, const Sealed& token, std::optional<Time> expires_on) {
    work.transaction().run(
        queries::providers::set_token,
        {provider_id, token.key_id, Param::bytes(token.box), expires_on});
}

void set_provider_verified(Work& work, std::int64_t provider_id, std::optional<Time> expires_on) {
    work.transaction().run(queries::providers::set_verified, {provider_id, expires_on});
}

void rename_provider(Work& work, std::int64_t provider_id, const std::string& name) {
    work.transaction().run(queries::providers::rename, {provider_id, name});
}

void remove_provider(Work& work, std::int64_t provider_id) {
    work.transaction().run(queries::providers::remove, {provider_id});
}

std::vector<Zone> zones(Work& work, std::int64_t account_id, const Page& page) {
    std::vector<Zone> found;
    for (const auto row :
         work.transaction().run(queries::zones::page, {account_id, page.after, page.limit})) {
        found.push_back(read_zone(row));
    }
    return found;
}

std::optional<Zone> find_zone(Work& work, std::int64_t account_id, const std::string& name) {
    return first_zone(work.transaction().run(queries::zones::find_by_name, {account_id, name}));
}

std::optional<Zone> zone_holding(Work& work, std::int64_t account_id, const std::string& name) {
    return first_zone(work.transaction().run(queries::zones::find_holding, {account_id, name}));
}

std::vector<std::string> domains_of_zone(Work& work, std::int64_t zone_id, std::int64_t limit) {
    std::vector<std::string> names;
    for (const auto row :
         work.transaction().run(queries::domains::names_of_zone, {zone_id, limit})) {
        names.push_back(row.text("name"));
    }
    return names;
}

std::vector<ServedZone> zones_of_provider(Work& work, std::int64_t provider_id) {
    std::vector<ServedZone> found;
    for (const auto row : work.transaction().run(queries::zones::ids_of_provider, {provider_id})) {
        found.push_back({row.integer("id"), row.text("name"), row.text("provider_zone_id")});
    }
    return found;
}

std::int64_t add_zone(Work& work, std::int64_t account_id, const Zone& zone) {
    const auto id =
        work.transaction()
            .run(
                queries::zones::insert,
                {account_id, zone.provider_id, zone.name, zone.provider_zone_id, zone.batch_max})
            .only()
            .integer("id");
    work.transaction().run(queries::zone_work::insert, {id});
    return id;
}

void edit_zone(Work& work, const Zone& zone) {
    work.transaction().run(
        queries::zones::edit, {zone.id, zone.provider_id, zone.provider_zone_id, zone.batch_max});
}

void remove_zone(Work& work, std::int64_t zone_id) {
    work.transaction().run(queries::zones::remove, {zone_id});
    work.transaction().run(queries::zone_work::remove, {zone_id});
}

void forgive_zones(Work& work, const std::vector<std::int64_t>& zone_ids) {
    work.transaction().run(queries::zone_work::forgive, {zone_ids});
}

std::optional<Seconds> take_calls(
    Connection& connection, std::int64_t provider_id, std::int64_t calls) {
    Transaction transaction(connection);
    if (!transaction.run(queries::provider_budgets::take_for_people, {provider_id, calls})
             .empty()) {
        transaction.commit();
        return std::nullopt;
    }
    const auto when =
        transaction.run(queries::provider_budgets::when_for_people, {provider_id, calls});
    return Seconds(when.empty() ? 0 : when.at(0).number("seconds"));
}

void block_provider(Connection& connection, std::int64_t provider_id, Seconds how_long) {
    Transaction transaction(connection);
    transaction.run(queries::provider_budgets::block, {provider_id, how_long.count()});
    transaction.commit();
}

}  // namespace lumos::sql::console
