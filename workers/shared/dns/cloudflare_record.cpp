#include "workers/shared/dns/cloudflare_record.h"

#include "workers/shared/dns/idna.h"

#include <arpa/inet.h>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace lumos::dns {
namespace {

namespace json = boost::json;

const json::value* member(const json::value& object, std::string_view key) {
    return object.is_object() ? object.get_object().if_contains(key) : nullptr;
}

std::string text_of(const json::value& object, std::string_view key) {
    const json::value* value = member(object, key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

// What is left out, null and empty mean the same to Cloudflare: no comment, no tags, no settings.
bool is_empty(const json::value* value) {
    return value == nullptr || value->is_null() ||
           (value->is_string() && value->get_string().empty()) ||
           (value->is_array() && value->get_array().empty()) ||
           (value->is_object() && value->get_object().empty());
}

json::value original_of(const Record& record) {
    json::error_code failed;
    json::value original = json::parse(record.original, failed);
    return failed ? json::value() : original;
}

std::optional<std::array<unsigned char, 16>> address_of(const std::string& text) {
    std::array<unsigned char, 16> bytes{};
    const int family = text.find(':') == std::string::npos ? AF_INET : AF_INET6;
    return inet_pton(family, text.c_str(), bytes.data()) == 1 ? std::optional(bytes) : std::nullopt;
}

// An IPv6 address may come back in another spelling.
bool same_content(const std::string& a, const std::string& b) {
    return a == b || (address_of(a) && address_of(a) == address_of(b));
}

json::object edited_values(const RecordEdit& edit) {
    return {{"content", edit.content}, {"ttl", expected_ttl(edit)}};
}

json::object create_object(const RecordEdit& edit) {
    json::object body{
        {"type", edit.before.type},
        {"name", edit.before.name},
        {"content", edit.content},
        {"ttl", expected_ttl(edit)},
        {"proxied", edit.before.proxied}};
    const json::value original = original_of(edit.before);
    for (const char* kept : {"comment", "tags", "settings", "private_routing"}) {
        const json::value* value = member(original, kept);
        if (!is_empty(value)) {
            body[kept] = *value;
        }
    }
    return body;
}

struct BatchItem {
    const char* list;
    json::object object;
};

BatchItem batch_item(const RecordEdit& edit) {
    json::object object;
    switch (edit.kind) {
        case RecordEdit::Kind::Remove:
            return {"deletes", {{"id", edit.before.id}}};
        case RecordEdit::Kind::Create:
            return {"posts", create_object(edit)};
        case RecordEdit::Kind::Update:
            object = edited_values(edit);
            object["id"] = edit.before.id;
            return {"patches", std::move(object)};
    }
    return {};
}

std::optional<std::string> content_difference(const RecordEdit& edit, const Record& got) {
    if (got.name != to_a_labels(edit.before.name) || got.type != edit.before.type) {
        return fmt::format(
            "it names {} {}, asked for {} {}",
            got.type,
            got.name,
            edit.before.type,
            edit.before.name);
    }
    if (!same_content(got.content, edit.content)) {
        return fmt::format("content is {}, asked for {}", got.content, edit.content);
    }
    if (got.ttl != expected_ttl(edit)) {
        return fmt::format("TTL is {}, asked for {}", got.ttl, expected_ttl(edit));
    }
    if (got.proxied != edit.before.proxied) {
        return fmt::format("proxied is {}, asked for {}", got.proxied, edit.before.proxied);
    }
    return std::nullopt;
}

std::optional<std::string> record_difference(const RecordEdit& edit, const json::value& answer) {
    const auto got = read_record(answer);
    if (!got) {
        return "it holds no record";
    }
    if (edit.kind == RecordEdit::Kind::Update && got->id != edit.before.id) {
        return fmt::format("it names the record {}, asked for {}", got->id, edit.before.id);
    }
    if (auto different = content_difference(edit, *got)) {
        return different;
    }
    if (edit.before.original.empty()) {
        return std::nullopt;
    }
    const json::value original = original_of(edit.before);
    for (const char* kept : {"comment", "tags"}) {
        const json::value* before = member(original, kept);
        const json::value* now = member(answer, kept);
        const bool same = is_empty(before) ? is_empty(now) : now != nullptr && *before == *now;
        if (!same) {
            return fmt::format("{} changed", kept);
        }
    }
    return std::nullopt;
}

const json::value* list_of(const json::value& result, std::string_view key) {
    const json::value* list = member(result, key);
    return list != nullptr && list->is_array() ? list : nullptr;
}

using ById = std::map<std::string, const json::value*, std::less<>>;

std::size_t size_of(const json::value* list) {
    return list == nullptr ? 0 : list->get_array().size();
}

ById by_id(const json::value* list) {
    ById items;
    for (std::size_t i = 0; i < size_of(list); ++i) {
        items.emplace(text_of(list->get_array()[i], "id"), &list->get_array()[i]);
    }
    return items;
}

const json::value* with_id(const ById& items, const std::string& id) {
    const auto found = items.find(id);
    return found == items.end() ? nullptr : found->second;
}

// Where the answer speaks of each edit. Creates come back in the order in which they were sent.
struct BatchAnswer {
    ById deletes;
    ById patches;
    const json::value* posts = nullptr;
    std::size_t posts_read = 0;

    const json::value* next_post() {
        return posts_read < size_of(posts) ? &posts->get_array()[posts_read++] : nullptr;
    }
};

std::optional<std::string> edit_difference(const RecordEdit& edit, BatchAnswer& answer) {
    if (edit.kind == RecordEdit::Kind::Remove) {
        return with_id(answer.deletes, edit.before.id) == nullptr
                   ? std::optional("the deleted record " + edit.before.id + " is missing")
                   : std::nullopt;
    }
    const json::value* item = edit.kind == RecordEdit::Kind::Update
                                  ? with_id(answer.patches, edit.before.id)
                                  : answer.next_post();
    if (item == nullptr) {
        return fmt::format("{} {} is missing", edit.before.type, edit.before.name);
    }
    return record_difference(edit, *item);
}

}  // namespace

std::optional<Record> read_record(const json::value& value) {
    Record record{
        .id = text_of(value, "id"),
        .name = to_a_labels(text_of(value, "name")),
        .type = text_of(value, "type"),
        .content = text_of(value, "content"),
        .ttl = 1,
        .proxied = false,
        .original = json::serialize(value)};
    if (record.id.empty() || record.name.empty() || record.type.empty()) {
        return std::nullopt;
    }
    if (const json::value* ttl = member(value, "ttl")) {
        json::error_code failed;
        record.ttl = ttl->to_number<std::int64_t>(failed);
        if (failed) {
            return std::nullopt;
        }
    }
    const json::value* proxied = member(value, "proxied");
    record.proxied = proxied != nullptr && proxied->is_bool() && proxied->get_bool();
    return record;
}

std::optional<std::vector<Record>> read_records(const json::value* list) {
    if (list == nullptr || !list->is_array()) {
        return std::nullopt;
    }
    std::vector<Record> records;
    records.reserve(list->get_array().size());
    for (const json::value& item : list->get_array()) {
        auto record = read_record(item);
        if (!record) {
            return std::nullopt;
        }
        records.push_back(std::move(*record));
    }
    return records;
}

std::int64_t expected_ttl(const RecordEdit& edit) {
    return edit.before.proxied ? 1 : edit.ttl;
}

std::string patch_body(const RecordEdit& edit) {
    return json::serialize(edited_values(edit));
}

std::string batch_body(const std::vector<RecordEdit>& edits) {
    json::object body;
    for (const RecordEdit& edit : edits) {
        const BatchItem item = batch_item(edit);
        if (!body.contains(item.list)) {
            body[item.list] = json::array();
        }
        body[item.list].get_array().push_back(item.object);
    }
    return json::serialize(body);
}

std::optional<std::string> patch_difference(const RecordEdit& edit, const json::value* result) {
    return result == nullptr ? std::optional<std::string>("it holds no record")
                             : record_difference(edit, *result);
}

std::optional<std::string> batch_difference(
    const std::vector<RecordEdit>& edits, const json::value* result) {
    if (result == nullptr || !result->is_object()) {
        return "it holds no lists";
    }
    BatchAnswer answer{
        .deletes = by_id(list_of(*result, "deletes")),
        .patches = by_id(list_of(*result, "patches")),
        .posts = list_of(*result, "posts")};
    for (const RecordEdit& edit : edits) {
        if (auto different = edit_difference(edit, answer)) {
            return different;
        }
    }
    std::size_t answered = 0;
    for (const char* list : {"deletes", "patches", "puts", "posts"}) {
        answered += size_of(list_of(*result, list));
    }
    return answered == edits.size() ? std::nullopt
                                    : std::optional<std::string>("it speaks of other records, too");
}

}  // namespace lumos::dns
