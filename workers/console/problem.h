#pragma once
// What the console says when it does not do what it was asked: an RFC 9457 problem document with
// the field, what is wrong, and what to do. Thrown by handlers, written by the API. The type is
// part of the contract: urn:lumos:problem:<type>.

#include "workers/shared/http/server.h"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::console {

enum class ProblemType {
    InvalidField,
    PlanLimit,
    Conflict,
    InUse,
    NotFound,
    Unauthorized,
    Forbidden,
    ProviderRejected,
    RateLimited,
    Unavailable
};
[[nodiscard]] std::string_view to_string(ProblemType type);

struct Problem : std::runtime_error {
    Problem(ProblemType type_of_it, const std::string& detail_of_it, std::string fix_of_it = {});

    ProblemType type;
    int status;             // The type's usual one, unless changed.
    std::string detail;     // What is wrong.
    std::string fix;        // What to do; "": nothing can be said.
    std::string field;      // "": no single one.
    std::string code;       // One of the codes of an explanation; "": none.
    std::string list_name;  // What `list` holds, e.g. "domains"; "": no list.
    std::vector<std::string> list;
    std::optional<std::int64_t> retry_after_seconds;
};

[[nodiscard]] Problem invalid_field(
    std::string field, const std::string& detail, std::string fix = {});
[[nodiscard]] Problem not_found(const std::string& what, const std::string& name);
[[nodiscard]] Problem conflict(const std::string& detail, std::string fix = {});
[[nodiscard]] Problem in_use(
    const std::string& detail, std::string list_name, std::vector<std::string> list);

// A rule of the schema said no: what that means to the one who asked.
[[nodiscard]] Problem problem_of_constraint(const std::string& constraint);

[[nodiscard]] http::ServerResponse to_response(const Problem& problem);

}  // namespace lumos::console
