#include "tests/cloudflare/change.h"

#include <fmt/format.h>

#include <array>

namespace lumos::simulator {
namespace {

namespace json = boost::json;

constexpr std::size_t kBatchFree = 200;
constexpr std::size_t kBatchPaid = 3'500;

const json::object& object_of(const json::value& body) {
    if (!body.is_object()) {
        throw ApiError(400, 9207, "Request body is invalid.");
    }
    return body.get_object();
}

StoredRecord& found(Records& records, const std::string& id) {
    const auto at = records.find(id);
    if (at == records.end()) {
        throw ApiError(404, 81044, "Record does not exist.");
    }
    return at->second;
}

void require(const json::object& request, std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
        if (!request.contains(key)) {
            throw ApiError(400, 9207, "Request body is invalid.");
        }
    }
}

json::value replace(
    Records& records,
    StoredRecord changed,
    const std::string& type_before,
    const ChangeContext& context) {
    if (changed.type != type_before && context.switches.type_change == "refuse") {
        throw ApiError(400, 9207, "Editing types after a record has been created is not allowed.");
    }
    check_record(changed, {context.zone, context.switches});
    check_beside(changed, records, context.switches, false);
    changed.modified_on = record_time(context.now);
    json::value shown = to_json(changed);
    records[changed.id] = std::move(changed);
    return shown;
}

const json::array* list_of(const json::object& body, const char* key) {
    const json::value* list = body.if_contains(key);
    if (list == nullptr || list->is_null()) {
        return nullptr;
    }
    if (!list->is_array()) {
        throw ApiError(400, 9207, "Request body is invalid.");
    }
    return &list->get_array();
}

std::string id_of(const json::value& item) {
    const json::value* id = object_of(item).if_contains("id");
    if (id == nullptr || !id->is_string()) {
        throw ApiError(400, 9207, "Request body is invalid.");
    }
    return std::string(id->get_string());
}

void check_size(const json::object& body, const ChangeContext& context) {
    std::size_t sum = 0;
    for (const char* key : {"deletes", "patches", "puts", "posts"}) {
        const json::array* list = list_of(body, key);
        sum += list == nullptr ? 0 : list->size();
    }
    const std::size_t limit = context.zone.plan == "free" ? kBatchFree : kBatchPaid;
    if (sum > limit) {
        throw ApiError(
            400,
            context.switches.batch_limit_code,
            fmt::format("The batch has {} records, more than {}.", sum, limit));
    }
}

// One of the four lists: `one` carries out an item and shows the record.
void carry_out(
    json::object& result,
    const char* key,
    const json::object& body,
    const std::string& empty_lists,
    const std::function<json::value(const json::value&)>& one) {
    const json::array* list = list_of(body, key);
    if (list == nullptr || list->empty()) {
        if (empty_lists != "omit") {
            result[key] = empty_lists == "null" ? json::value() : json::value(json::array());
        }
        return;
    }
    json::array shown;
    for (const json::value& item : *list) {
        shown.push_back(one(item));
    }
    result[key] = std::move(shown);
}

}  // namespace

json::value create(Records& records, const json::value& body, const ChangeContext& context) {
    const json::object& request = object_of(body);
    require(request, {"type", "name"});
    StoredRecord record;
    record.ttl = context.switches.ttl_required ? 0 : 1;
    apply_request(record, request, context.zone);
    record.id = context.new_id();
    record.number = context.next_number();
    check_record(record, {context.zone, context.switches});
    check_beside(record, records, context.switches, true);
    const auto quota = static_cast<std::size_t>(context.switches.record_quota);
    if (quota > 0 && records.size() >= quota) {
        throw ApiError(400, 81045, "Record quota exceeded.");
    }
    record.created_on = record_time(context.now);
    record.modified_on = record.created_on;
    json::value shown = to_json(record);
    records[record.id] = std::move(record);
    return shown;
}

json::value overwrite(
    Records& records,
    const std::string& id,
    const json::value& body,
    const ChangeContext& context) {
    const json::object& request = object_of(body);
    const StoredRecord& before = found(records, id);
    require(request, {"type", "name"});
    // Whatever is left out falls back to its default: that is what makes PUT dangerous.
    StoredRecord record;
    record.id = before.id;
    record.number = before.number;
    record.created_on = before.created_on;
    apply_request(record, request, context.zone);
    return replace(records, std::move(record), before.type, context);
}

json::value edit(
    Records& records,
    const std::string& id,
    const json::value& body,
    const ChangeContext& context) {
    const json::object& request = object_of(body);
    StoredRecord record = found(records, id);
    const std::string type_before = record.type;
    apply_request(record, request, context.zone);
    return replace(records, std::move(record), type_before, context);
}

json::value remove(Records& records, const std::string& id) {
    json::value shown = to_json(found(records, id));
    records.erase(id);
    return shown;
}

json::value batch(Records& records, const json::value& body, const ChangeContext& context) {
    const json::object& request = object_of(body);
    check_size(request, context);
    const std::string& empty = context.switches.batch_empty_lists;
    json::object result;
    carry_out(result, "deletes", request, empty, [&](const json::value& item) {
        return remove(records, id_of(item));
    });
    carry_out(result, "patches", request, empty, [&](const json::value& item) {
        return edit(records, id_of(item), item, context);
    });
    carry_out(result, "puts", request, empty, [&](const json::value& item) {
        return overwrite(records, id_of(item), item, context);
    });
    carry_out(result, "posts", request, empty, [&](const json::value& item) {
        return create(records, item, context);
    });
    return result;
}

}  // namespace lumos::simulator
