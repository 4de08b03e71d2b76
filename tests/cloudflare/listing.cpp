#include "tests/cloudflare/listing.h"

#include "tests/cloudflare/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <tuple>

namespace lumos::simulator {
namespace {

namespace json = boost::json;

constexpr std::int64_t kRecordsPerPageMax = 5'000'000;

std::int64_t number_of(
    const HttpRequest& request, const char* name, std::int64_t otherwise, std::int64_t most) {
    const auto text = request.parameter(name);
    if (!text) {
        return otherwise;
    }
    std::int64_t number = 0;
    const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (failed != std::errc() || end != text->data() + text->size() || number < 1 ||
        number > most) {
        throw ApiError(400, 9207, fmt::format("Invalid value for {}.", name));
    }
    return number;
}

using Test = std::function<bool(const StoredRecord&)>;

// How a text is compared: the ending of a filter's name.
bool holds(const std::string& text, const std::string& operation, const std::string& wanted) {
    if (operation == "contains") {
        return text.find(wanted) != std::string::npos;
    }
    if (operation == "startswith") {
        return text.starts_with(wanted);
    }
    if (operation == "endswith") {
        return text.ends_with(wanted);
    }
    return text == wanted;
}

std::string field_of(const StoredRecord& record, const std::string& field) {
    if (field == "name") {
        return lower_case(record.name);
    }
    return lower_case(field == "content" ? record.content : record.comment.value_or(""));
}

std::optional<Test> text_filter(
    const std::string& field, const std::string& operation, const std::string& value) {
    if (field != "name" && field != "content" && field != "comment") {
        return std::nullopt;
    }
    if (operation == "present" || operation == "absent") {
        const bool wanted = operation == "present";
        return
            [wanted](const StoredRecord& record) { return record.comment.has_value() == wanted; };
    }
    return [field, operation, wanted = lower_case(value)](const StoredRecord& record) {
        return holds(field_of(record, field), operation, wanted);
    };
}

std::optional<Test> other_filter(const std::string& field, const std::string& value) {
    if (field == "type") {
        return [value](const StoredRecord& record) { return record.type == value; };
    }
    if (field == "proxied") {
        return [wanted = value == "true"](const StoredRecord& record) {
            return record.proxied == wanted;
        };
    }
    if (field == "search") {
        return [wanted = lower_case(value)](const StoredRecord& record) {
            return lower_case(record.name).find(wanted) != std::string::npos ||
                   lower_case(record.content).find(wanted) != std::string::npos ||
                   lower_case(record.comment.value_or("")).find(wanted) != std::string::npos;
        };
    }
    return std::nullopt;
}

std::optional<Test> tag_filter(const std::string& operation, const std::string& value) {
    return [operation, wanted = lower_case(value)](const StoredRecord& record) {
        const bool found = std::ranges::any_of(record.tags, [&](const json::value& tag) {
            const std::string text =
                tag.is_string() ? lower_case(std::string(tag.get_string())) : "";
            const std::string name = text.substr(0, text.find(':'));
            return operation == "present" || operation == "absent" ? name == wanted
                                                                   : holds(text, operation, wanted);
        });
        return operation == "absent" ? !found : found;
    };
}

bool passes(const StoredRecord& record, const std::vector<Test>& tests, bool any) {
    const auto test = [&](const Test& one) { return one(record); };
    return tests.empty() ||
           (any ? std::ranges::any_of(tests, test) : std::ranges::all_of(tests, test));
}

std::vector<const StoredRecord*> filtered(const Records& records, const HttpRequest& request) {
    std::vector<Test> tests;
    std::vector<Test> tag_tests;
    for (const auto& [key, value] : request.query) {
        const std::size_t dot = key.find('.');
        const std::string field = key.substr(0, dot);
        const std::string operation = dot == std::string::npos ? "exact" : key.substr(dot + 1);
        if (field == "tag") {
            tag_tests.push_back(*tag_filter(operation, value));
        } else if (auto test = text_filter(field, operation, value)) {
            tests.push_back(std::move(*test));
        } else if (auto other = other_filter(field, value)) {
            tests.push_back(std::move(*other));
        }
    }
    const bool any = request.parameter("match") == "any";
    const bool any_tag =
        request.parameter("tag_match").value_or(request.parameter("tag-match").value_or("")) ==
        "any";
    std::vector<const StoredRecord*> found;
    for (const auto& [id, record] : records) {
        if (passes(record, tests, any) && passes(record, tag_tests, any_tag)) {
            found.push_back(&record);
        }
    }
    return found;
}

// Type, name, newest first is the order seen live where none is asked for.
void sort_records(std::vector<const StoredRecord*>& records, const HttpRequest& request) {
    const std::string order = request.parameter("order").value_or("");
    const bool descending = request.parameter("direction") == "desc";
    const auto key = [&](const StoredRecord& record) -> std::tuple<std::string, std::int64_t> {
        if (order == "ttl") {
            return {"", record.ttl};
        }
        if (order == "proxied") {
            return {"", record.proxied ? 1 : 0};
        }
        return {
            order == "name"      ? record.name
            : order == "content" ? record.content
            : order == "type"    ? record.type
                                 : "",
            0};
    };
    std::ranges::stable_sort(records, [&](const StoredRecord* a, const StoredRecord* b) {
        const auto left = key(*a);
        const auto right = key(*b);
        if (left != right) {
            return descending ? right < left : left < right;
        }
        return std::tuple(a->type, a->name, -a->number) < std::tuple(b->type, b->name, -b->number);
    });
}

template <typename Item>
PageInfo cut_page(std::vector<Item>& items, PageInfo info) {
    const auto total = static_cast<std::int64_t>(items.size());
    info.total_count = total;
    info.total_pages = (total + info.per_page - 1) / info.per_page;
    const std::int64_t first = std::min((info.page - 1) * info.per_page, total);
    const std::int64_t last = std::min(first + info.per_page, total);
    items = std::vector<Item>(items.begin() + first, items.begin() + last);
    info.count = static_cast<std::int64_t>(items.size());
    return info;
}

// "contains:example" and the like; without an operator the name is compared as it is.
bool zone_name_fits(const std::string& name, const std::string& filter) {
    const std::size_t colon = filter.find(':');
    const std::string operation = colon == std::string::npos ? "equal" : filter.substr(0, colon);
    const std::string wanted =
        lower_case(colon == std::string::npos ? filter : filter.substr(colon + 1));
    if (operation == "not_equal") {
        return name != wanted;
    }
    return holds(
        name,
        operation == "starts_with" ? "startswith"
        : operation == "ends_with" ? "endswith"
                                   : operation,
        wanted);
}

bool zone_fits(const ZoneInfo& zone, const HttpRequest& request) {
    const auto name = request.parameter("name");
    const auto account = request.parameter("account.id");
    const auto status = request.parameter("status");
    return (!name || zone_name_fits(zone.name, *name)) &&
           (!account || *account == zone.account_id) && (!status || *status == "active");
}

}  // namespace

HttpReply list_records(const Records& records, const HttpRequest& request) {
    PageInfo info;
    info.per_page = number_of(request, "per_page", 100, kRecordsPerPageMax);
    info.page = number_of(request, "page", 1, kRecordsPerPageMax);
    auto found = filtered(records, request);
    sort_records(found, request);
    info = cut_page(found, info);
    info.total_pages =
        std::max<std::int64_t>(info.total_pages, 1);  // An empty list of records has one page.
    json::array shown;
    for (const StoredRecord* record : found) {
        shown.push_back(to_json(*record));
    }
    return record_list(std::move(shown), info);
}

HttpReply list_zones(
    std::vector<ListedZone> zones, const HttpRequest& request, const Switches& switches) {
    PageInfo info;
    info.per_page = number_of(request, "per_page", 20, switches.zones_per_page_max);
    info.page = number_of(request, "page", 1, kRecordsPerPageMax);
    std::erase_if(
        zones, [&](const ListedZone& listed) { return !zone_fits(listed.zone, request); });
    const bool descending = request.parameter("direction") == "desc";
    std::ranges::sort(zones, [&](const ListedZone& a, const ListedZone& b) {
        return descending ? b.zone.name < a.zone.name : a.zone.name < b.zone.name;
    });
    info = cut_page(zones, info);
    json::array shown;
    for (const ListedZone& listed : zones) {
        shown.push_back(to_json(listed.zone, listed.may_edit));
    }
    return zone_list(std::move(shown), info);
}

HttpReply export_records(const Records& records, const ZoneInfo& zone) {
    std::string text = fmt::format(";;\n;; Domain:     {}.\n;;\n", zone.name);
    std::vector<const StoredRecord*> all;
    for (const auto& [id, record] : records) {
        all.push_back(&record);
    }
    sort_records(all, HttpRequest{});
    for (const StoredRecord* record : all) {
        const std::string content =
            record->type == "CNAME" ? record->content + "." : record->content;
        const std::string priority = record->priority ? fmt::format("{} ", *record->priority) : "";
        text += fmt::format(
            "{}.\t{}\tIN\t{}\t{}{}", record->name, record->ttl, record->type, priority, content);
        const bool can_be_proxied =
            record->type == "A" || record->type == "AAAA" || record->type == "CNAME";
        const std::string comment = record->comment.value_or("");
        if (can_be_proxied || !comment.empty()) {
            text += fmt::format(
                " ; {}{}cf_tags=cf-proxied:{}",
                comment,
                comment.empty() ? "" : " ",
                record->proxied);
        }
        text += "\n";
    }
    return HttpReply{
        .status = 200, .content_type = "text/plain; charset=UTF-8", .headers = {}, .body = text};
}

}  // namespace lumos::simulator
