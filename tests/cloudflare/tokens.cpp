#include "tests/cloudflare/tokens.h"

#include "workers/shared/runtime/errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace lumos::simulator {
namespace {

std::set<std::string> split(const std::string& list) {
    std::set<std::string> parts;
    std::istringstream in(list);
    for (std::string part; std::getline(in, part, ',');) {
        parts.insert(part);
    }
    return parts;
}

bool read_option(Token& token, const std::string& key, const std::string& value) {
    if (key == "zones") {
        token.zones = split(value);
    } else if (key == "user") {
        token.user = value;
    } else if (key == "kind") {
        token.of_account = value == "account";
    } else if (key == "list") {
        token.may_list = value != "no";
    } else if (key == "status") {
        token.status = value;
    } else if (key == "expires") {
        token.expires_on = value;
    } else if (key == "from") {
        token.barred_address = value == "no";
    } else {
        return false;
    }
    return true;
}

Token read_line(const std::string& line, int number) {
    std::istringstream in(line);
    Token token;
    std::string permission;
    in >> token.text;
    // TOKEN:edit is the same as TOKEN edit; a token itself holds no colon.
    const std::size_t colon = token.text.find(':');
    if (colon == std::string::npos) {
        in >> permission;
    } else {
        permission = token.text.substr(colon + 1);
        token.text.resize(colon);
    }
    if (permission != "edit" && permission != "read") {
        throw runtime::UsageError(
            fmt::format("tokens, line {}: write TOKEN edit|read [name] [key=value …]", number));
    }
    token.may_edit = permission == "edit";
    for (std::string word; in >> word;) {
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos) {
            token.name = word;
        } else if (!read_option(token, word.substr(0, equals), word.substr(equals + 1))) {
            throw runtime::UsageError(
                fmt::format("tokens, line {}: {} is not known", number, word.substr(0, equals)));
        }
    }
    return token;
}

}  // namespace

bool Token::sees(const ZoneInfo& zone) const {
    return zones.empty() || zones.contains(zone.name) || zones.contains(zone.id);
}

std::vector<Token> read_tokens(const std::string& text) {
    std::vector<Token> tokens;
    std::istringstream in(text);
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        const std::size_t first = line.find_first_not_of(" \t\r");
        if (first != std::string::npos && line[first] != '#') {
            tokens.push_back(read_line(line, number));
        }
    }
    return tokens;
}

bool has_token_shape(const std::string& text) {
    return text.size() >= 40 && std::ranges::all_of(text, [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '-' || c == '_';
           });
}

}  // namespace lumos::simulator
