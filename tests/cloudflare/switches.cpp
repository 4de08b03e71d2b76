#include "tests/cloudflare/switches.h"

#include "workers/shared/runtime/errors.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <variant>
#include <vector>

namespace lumos::simulator {
namespace {

namespace json = boost::json;

struct Choice {
    std::string Switches::*member;
    std::vector<std::string_view> values;
};
using Member = std::variant<std::int64_t Switches::*, bool Switches::*, Choice>;

struct Row {
    std::string_view name;
    Member member;
};

const std::vector<Row>& rows() {
    static const std::vector<Row> kTable{
        {"verify_bad_token_status", &Switches::verify_bad_token_status},
        {"zones_bad_token_status", &Switches::zones_bad_token_status},
        {"type_change", Choice{&Switches::type_change, {"refuse", "accept"}}},
        {"batch_limit_code", &Switches::batch_limit_code},
        {"batch_empty_lists", Choice{&Switches::batch_empty_lists, {"null", "empty", "omit"}}},
        {"zones_per_page_max", &Switches::zones_per_page_max},
        {"identical_compares", Choice{&Switches::identical_compares, {"content", "all"}}},
        {"identical_on_change", &Switches::identical_on_change},
        {"record_quota", &Switches::record_quota},
        {"rate_limit_body", Choice{&Switches::rate_limit_body, {"971", "10100", "10429", "html"}}},
        {"rate_limit_headers", &Switches::rate_limit_headers},
        {"rate_limit_counts", &Switches::rate_limit_counts},
        {"proxied_ttl", Choice{&Switches::proxied_ttl, {"accept", "refuse"}}},
        {"edit_lists_zones", &Switches::edit_lists_zones},
        {"stale_ms", &Switches::stale_ms},
        {"ttl_required", &Switches::ttl_required},
    };
    return kTable;
}

[[noreturn]] void refuse(
    const std::string& name, const std::string& value, const std::string& instead) {
    throw runtime::UsageError("switch " + name + "=" + value + ": use " + instead);
}

}  // namespace

json::object to_json(const Switches& switches) {
    json::object out;
    for (const Row& row : rows()) {
        if (const auto* number = std::get_if<std::int64_t Switches::*>(&row.member)) {
            out[row.name] = switches.**number;
        } else if (const auto* flag = std::get_if<bool Switches::*>(&row.member)) {
            out[row.name] = switches.**flag;
        } else {
            out[row.name] = switches.*std::get<Choice>(row.member).member;
        }
    }
    return out;
}

void set_switch(Switches& switches, const std::string& name, const std::string& value) {
    const auto row = std::ranges::find(rows(), name, &Row::name);
    if (row == rows().end()) {
        throw runtime::UsageError(
            "switch " + name + ": not known; GET /simulator/switches lists them");
    }
    if (const auto* number = std::get_if<std::int64_t Switches::*>(&row->member)) {
        std::int64_t read = 0;
        const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), read);
        if (failed != std::errc() || end != value.data() + value.size()) {
            refuse(name, value, "a number");
        }
        switches.** number = read;
    } else if (const auto* flag = std::get_if<bool Switches::*>(&row->member)) {
        if (value != "true" && value != "false") {
            refuse(name, value, "true or false");
        }
        switches.** flag = value == "true";
    } else {
        const Choice& choice = std::get<Choice>(row->member);
        if (std::ranges::find(choice.values, value) == choice.values.end()) {
            refuse(name, value, "one of those in the table of README.md");
        }
        switches.*choice.member = value;
    }
}

}  // namespace lumos::simulator
