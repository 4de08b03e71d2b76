#pragma once
// Who may call: the tokens of a file, one a line. What a token may do decides between 200, 401 and
// 403.
//
//   TOKEN edit|read [name] [key=value …]          (TOKEN:edit is the same)
//
// zones=a,b   the zones it sees, by name or id (default: all)     user=NAME    whose budget it uses
// (default: "user") kind=account  unknown at /user/tokens/verify                    list=no may not
// list or see zones, only records status=disabled|expired      expires=RFC 3339      from=no   used
// from an address that it does not allow
//
// An empty line, and a line that begins with #, say nothing. Values only.

#include "tests/cloudflare/zone.h"

#include <set>
#include <string>
#include <vector>

namespace lumos::simulator {

struct Token {
    std::string text;
    bool may_edit = false;
    std::string name = "token";   // What the journal shows in place of the token.
    std::set<std::string> zones;  // Empty: all.
    std::string user = "user";
    bool of_account = false;
    bool may_list = true;
    std::string status = "active";
    std::string expires_on;
    bool barred_address = false;

    [[nodiscard]] bool sees(const ZoneInfo& zone) const;
};

// Throws runtime::UsageError, with the line, where one cannot be read.
[[nodiscard]] std::vector<Token> read_tokens(const std::string& text);

// The shape of a token of Cloudflare's: 40 characters or more, letters, digits, - and _.
[[nodiscard]] bool has_token_shape(const std::string& text);

}  // namespace lumos::simulator
