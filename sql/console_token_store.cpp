#include "sql/console_token_store.h"

#include "sql/transaction.h"

namespace lumos::sql::console {
namespace {

Token read_token(const Row& row) {
    return {
        .id = row.integer("id"),
        .slug = row.text("slug"),
        .read_only = row.boolean("read_only"),
        .created_at = row.time("created_at"),
        .last_used_at = row.optional_time("last_used_at"),
        .expires_at = row.optional_time("expires_at")};
}

}  // namespace

std::optional<TokenOwner> find_token_owner(Work& work, const std::string& hash) {
    const auto rows = work.transaction().run(queries::tokens::find_by_hash, {Param::bytes(hash)});
    if (rows.empty()) {
        return std::nullopt;
    }
    const auto row = rows.at(0);
    return TokenOwner{
        .id = row.integer("id"),
        .name = row.text("slug"),
        .read_only = row.boolean("read_only"),
        .account_id = row.optional_integer("account_id"),
        .account = row.optional_text("account")};
}

std::vector<Token> tokens(Work& work, std::optional<std::int64_t> account_id, const Page& page) {
    std::vector<Token> found;
    for (const auto row :
         work.transaction().run(queries::tokens::page, {account_id, page.after, page.limit})) {
        found.push_back(read_token(row));
    }
    return found;
}

std::optional<Token> find_token(
    Work& work, std::optional<std::int64_t> account_id, const std::string& slug) {
    const auto rows = work.transaction().run(queries::tokens::find_by_slug, {account_id, slug});
    return rows.empty() ? std::nullopt : std::optional(read_token(rows.at(0)));
}

std::int64_t add_token(Work& work, const NewToken& token) {
    return work.transaction()
        .run(
            queries::tokens::insert,
            {token.account_id,
             token.slug,
             Param::bytes(token.hash),
             token.read_only,
             token.expires_at})
        .only()
        .integer("id");
}

void edit_token(Work& work, std::int64_t token_id, bool read_only, std::optional<Time> expires_at) {
    work.transaction().run(queries::tokens::edit, {token_id, read_only, expires_at});
}

void remove_token(Work& work, std::int64_t token_id) {
    work.transaction().run(queries::tokens::remove, {token_id});
}

std::optional<EarlierRequest> begin_request(Work& work, const RequestKey& request) {
    work.transaction().run(queries::idempotency_keys::forget_old);
    const auto begun = work.transaction().run(
        queries::idempotency_keys::begin,
        {request.token_id, request.key, Param::bytes(request.request_hash)});
    if (!begun.empty()) {
        return std::nullopt;
    }
    const auto row = work.transaction()
                         .run(queries::idempotency_keys::find, {request.token_id, request.key})
                         .only();
    return EarlierRequest{
        .request_hash = row.bytes("request_hash"),
        .status = row.optional_integer("status"),
        .answer = {
            row.optional_text("body_key").value_or(""),
            row.is_null("body_box") ? std::string() : row.bytes("body_box")}};
}

void finish_request(
    Work& work, const RequestKey& request, std::int64_t status, const Sealed& answer) {
    work.transaction().run(
        queries::idempotency_keys::finish,
        {request.token_id, request.key, status, answer.key_id, Param::bytes(answer.box)});
}

void forget_request(Work& work, const RequestKey& request) {
    work.transaction().run(queries::idempotency_keys::forget, {request.token_id, request.key});
}

}  // namespace lumos::sql::console
