#include "sql/error.h"
#include "sql/session.h"

#include <pqxx/pqxx>

#include <charconv>
#include <utility>

namespace lumos::sql {

struct ResultSet {
    pqxx::result result;
};

Rows make_rows(const pqxx::result& result) {
    return Rows(std::make_shared<const ResultSet>(ResultSet{result}));  // allow: see Results
}

namespace {

[[noreturn]] void refuse(const char* column, const std::string& why) {
    throw Broken("column " + std::string(column) + " " + why);
}

template <typename Number>
Number number_of(const char* column, std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        refuse(column, "is no number");
    }
    return value;
}

int digit_of(const char* column, char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    refuse(column, "is no bytea in hexadecimal form");
}

// The text before the comma or brace that ends an item, unquoted. libpqxx 6.4.5 has a parser of its
// own, but it aborts the process on some texts.
std::string take_item(const char* column, std::string_view& rest) {
    std::string item;
    const bool is_quoted = rest.starts_with('"');
    rest.remove_prefix(is_quoted ? 1 : 0);
    while (!rest.empty() &&
           (is_quoted ? rest.front() != '"' : rest.front() != ',' && rest.front() != '}')) {
        rest.remove_prefix(rest.front() == '\\' ? 1 : 0);
        if (rest.empty()) {
            break;
        }
        item += rest.front();
        rest.remove_prefix(1);
    }
    if (is_quoted && !rest.empty()) {
        rest.remove_prefix(1);
    } else if (item == "NULL") {
        refuse(column, "is an array with a null in it");
    }
    return item;
}

// {a,"b,c","d\"e"}: one dimension, as text[] comes.
std::vector<std::string> items_of(const char* column, std::string_view rest) {
    std::vector<std::string> items;
    if (rest == "{}") {
        return items;
    }
    char separator = '{';
    while (rest.starts_with(separator)) {
        rest.remove_prefix(1);
        items.push_back(take_item(column, rest));
        separator = ',';
    }
    if (rest != "}" || items.empty()) {
        refuse(column, "is no array of texts");
    }
    return items;
}

}  // namespace

const char* Row::field(const char* column) const {
    try {
        const auto value =
            results_->result.at(static_cast<pqxx::result::size_type>(index_))[column];
        return value.is_null() ? nullptr : value.c_str();
    } catch (const std::exception&) {
        refuse(column, "does not exist in this row");
    }
}

std::string_view Row::required(const char* column) const {
    const char* value = field(column);
    if (value == nullptr) {
        refuse(column, "is null");
    }
    return value;
}

bool Row::is_null(const char* column) const {
    return field(column) == nullptr;
}

std::string Row::text(const char* column) const {
    return std::string(required(column));
}

std::int64_t Row::integer(const char* column) const {
    return number_of<std::int64_t>(column, required(column));
}

double Row::number(const char* column) const {
    return number_of<double>(column, required(column));
}

bool Row::boolean(const char* column) const {
    const auto value = required(column);
    if (value != "t" && value != "f") {
        refuse(column, "is no boolean");
    }
    return value == "t";
}

Time Row::time(const char* column) const {
    const auto value = parse_time(required(column));
    if (!value) {
        refuse(column, "is no time");
    }
    return *value;
}

std::string Row::bytes(const char* column) const {
    const auto value = required(column);
    if (!value.starts_with("\\x") || value.size() % 2 != 0) {
        refuse(column, "is no bytea in hexadecimal form");
    }
    std::string out;
    out.reserve(value.size() / 2);
    for (std::size_t i = 2; i < value.size(); i += 2) {
        out += static_cast<char>(digit_of(column, value[i]) * 16 + digit_of(column, value[i + 1]));
    }
    return out;
}

std::optional<std::string> Row::optional_text(const char* column) const {
    return is_null(column) ? std::nullopt : std::optional(text(column));
}

std::optional<std::int64_t> Row::optional_integer(const char* column) const {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
}

std::optional<double> Row::optional_number(const char* column) const {
    return is_null(column) ? std::nullopt : std::optional(number(column));
}

std::optional<Time> Row::optional_time(const char* column) const {
    return is_null(column) ? std::nullopt : std::optional(time(column));
}

std::vector<std::string> Row::texts(const char* column) const {
    const char* value = field(column);
    return value == nullptr ? std::vector<std::string>() : items_of(column, value);
}

std::size_t Rows::size() const {
    return static_cast<std::size_t>(results_->result.size());
}

std::size_t Rows::affected() const {
    return static_cast<std::size_t>(results_->result.affected_rows());
}

Row Rows::only() const {
    if (size() != 1) {
        throw Broken("expected one row, got " + std::to_string(size()));
    }
    return at(0);
}

}  // namespace lumos::sql
