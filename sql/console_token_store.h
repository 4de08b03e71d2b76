#pragma once
// API tokens, of which only the hash is kept, and the answers that repeated requests get. See
// sql/console_work.h for transactions and errors.

#include "schemas/time.h"
#include "sql/console_provider_store.h"
#include "sql/console_work.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::sql::console {

struct TokenOwner {
    std::int64_t id = 0;
    std::string name;
    bool read_only = false;
    std::optional<std::int64_t> account_id;  // Nothing: an administrator.
    std::optional<std::string> account;
};
// Nothing: there is none with that hash, or it has expired.
[[nodiscard]] std::optional<TokenOwner> find_token_owner(Work& work, const std::string& hash);

struct Token {
    std::int64_t id = 0;
    std::string slug;
    bool read_only = false;
    Time created_at;
    std::optional<Time> last_used_at;
    std::optional<Time> expires_at;
};
// account_id: nothing means the administrators'.
[[nodiscard]] std::vector<Token> tokens(
    Work& work, std::optional<std::int64_t> account_id, const Page& page);
[[nodiscard]] std::optional<Token> find_token(
    Work& work, std::optional<std::int64_t> account_id, const std::string& slug);

struct NewToken {
    std::optional<std::int64_t> account_id;
    std::string slug;
    std::string hash;
    bool read_only = false;
    std::optional<Time> expires_at;
};
std::int64_t add_token(Work& work, const NewToken& token);
void edit_token(Work& work, std::int64_t token_id, bool read_only, std::optional<Time> expires_at);
void remove_token(Work& work, std::int64_t token_id);

struct RequestKey {
    std::int64_t token_id = 0;
    std::string key;
    std::string request_hash;
};
struct EarlierRequest {
    std::string request_hash;
    std::optional<std::int64_t> status;  // Nothing: it is still under way.
    Sealed answer;
};
// Nothing: this is the first request with that key, and it may do the work. One that was left
// unfinished for two minutes counts as never begun.
[[nodiscard]] std::optional<EarlierRequest> begin_request(Work& work, const RequestKey& request);
void finish_request(
    Work& work, const RequestKey& request, std::int64_t status, const Sealed& answer);
void forget_request(Work& work, const RequestKey& request);

}  // namespace lumos::sql::console
