#include "workers/console/api.h"

#include "sql/connection.h"
#include "sql/console_token_store.h"
#include "sql/error.h"
#include "workers/console/digest.h"
#include "workers/console/problem.h"
#include "workers/console/repeat.h"
#include "workers/shared/runtime/api_token.h"
#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/log.h"

#include <algorithm>
#include <utility>

namespace lumos::console {
namespace {

namespace store = sql::console;

constexpr std::string_view kBearer = "Bearer ";
constexpr std::size_t kIdempotencyKeyBytesMax = 255;

Problem unavailable(const std::string& detail) {
    Problem problem(ProblemType::Unavailable, detail, "try again in a moment");
    problem.retry_after_seconds = 2;
    return problem;
}

void require_access(const Caller& caller, Access access) {
    if (caller.read_only && access != Access::Read) {
        throw Problem(
            ProblemType::Forbidden,
            "the token " + caller.name + " only reads",
            "use a token that may change things");
    }
    if (access == Access::Admin && !caller.is_admin()) {
        throw Problem(
            ProblemType::Forbidden,
            "only an administrator may do that",
            "lumosctl token create --admin --name NAME, on the console's host");
    }
}

bool is_dry_run(const http::ServerRequest& request) {
    const auto found = request.query.find("dryRun");
    return found != request.query.end() && found->second == "true";
}

void log_answer(
    const http::ServerRequest& request, const http::ServerResponse& response, long elapsed_ms) {
    const auto level = response.status == 500    ? runtime::LogLevel::Error
                       : response.status > 500   ? runtime::LogLevel::Warn
                       : request.method == "GET" ? runtime::LogLevel::Debug
                                                 : runtime::LogLevel::Info;
    runtime::log(
        level,
        "request_answered",
        {{"method", request.method},
         {"path", request.path},
         {"status", response.status},
         {"elapsed_ms", elapsed_ms}});
}

runtime::metrics::Counter answered(const std::string& group) {
    return {
        "lumos_console_requests_total",
        "Requests by the group of their status.",
        {{"status", group}}};
}

}  // namespace

Api::Api(http::Server& server, Parts& parts)
    : server_(server),
      parts_(parts),
      answered_{answered("2xx"), answered("3xx"), answered("4xx"), answered("5xx")},
      seconds_(
          "lumos_console_request_seconds",
          "How long the console's answers take.",
          {0.005, 0.02, 0.1, 0.5, 2, 10}) {}

void Api::measure(int status, double seconds) {
    const auto group = static_cast<std::size_t>(std::clamp(status / 100, 2, 5) - 2);
    answered_.at(group).add();
    seconds_.observe(seconds);
}

void Api::on(
    const std::string& method, const std::string& pattern, Access access, ApiHandler handler) {
    server_.route(method, pattern, [this, access, handler](const http::ServerRequest& request) {
        return handle(request, access, handler);
    });
}

http::ServerResponse Api::handle(
    const http::ServerRequest& request, Access access, ApiHandler handler) {
    const auto begun = parts_.clock.steady();
    auto response = attempt(request, access, handler);
    const auto elapsed = parts_.clock.steady() - begun;
    log_answer(
        request, response, std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count());
    measure(response.status, std::chrono::duration<double>(elapsed).count());
    return response;
}

http::ServerResponse Api::attempt(
    const http::ServerRequest& request, Access access, ApiHandler handler) {
    try {
        Call call{.request = request, .caller = {}, .dry_run = is_dry_run(request)};
        if (access != Access::Public) {
            call.caller = authenticate(request);
            require_access(call.caller, access);
        }
        return request.method == "POST" ? once(call, handler) : handler(parts_, call);
    } catch (const Problem& problem) {
        return to_response(problem);
    } catch (const sql::Conflict& refused) {
        return to_response(problem_of_constraint(refused.constraint));
    } catch (const sql::Busy&) {
        return to_response(
            unavailable("somebody else is changing the same thing, or the database is busy"));
    } catch (const sql::Lost& lost) {
        runtime::log_error("database_lost", {{"error", lost.what()}});
        return to_response(unavailable("the database cannot be reached"));
    } catch (const sql::InDoubt& doubt) {
        runtime::log_error("database_lost", {{"error", doubt.what()}});
        return to_response(unavailable(
            "the database went away at the end: look whether it was done before trying again"));
    } catch (const runtime::Permanent& failed) {
        // A token or secret that the key ring does not open: the message names the row and the key.
        runtime::log_error("request_failed", {{"path", request.path}, {"error", failed.what()}});
        return to_response(Problem(ProblemType::Unavailable, failed.what()));
    } catch (const std::exception& failed) {
        runtime::log_error("request_failed", {{"path", request.path}, {"error", failed.what()}});
        Problem problem(
            ProblemType::Unavailable,
            "the console failed",
            "its log says why: journalctl -u lumos-console");
        problem.status = 500;
        return to_response(problem);
    }
}

Caller Api::authenticate(const http::ServerRequest& request) {
    const auto header = http::find_header(request.headers, "Authorization");
    if (!header || header->compare(0, kBearer.size(), kBearer) != 0) {
        throw Problem(
            ProblemType::Unauthorized,
            "no token was sent",
            "Authorization: Bearer TOKEN (LUMOS_API_TOKEN)");
    }
    const runtime::Secret token(header->substr(kBearer.size()));
    const auto lease = parts_.database.lease();
    store::Work work(*lease);
    const auto owner = store::find_token_owner(work, runtime::hash_of_api_token(token.reveal()));
    if (!owner) {
        throw Problem(
            ProblemType::Unauthorized,
            "this token is not known, was revoked, or has expired",
            "lumosctl token create makes a new one");
    }
    work.commit();
    return {
        .token_id = owner->id,
        .name = owner->name,
        .read_only = owner->read_only,
        .account_id = owner->account_id,
        .account = owner->account.value_or("")};
}

http::ServerResponse Api::once(const Call& call, ApiHandler handler) {
    const auto header = call.header("Idempotency-Key");
    if (!header || call.caller.token_id == 0) {
        return handler(parts_, call);
    }
    if (header->empty() || header->size() > kIdempotencyKeyBytesMax) {
        throw invalid_field("Idempotency-Key", "the key must have 1 to 255 bytes");
    }
    std::string asked =
        call.request.path + "\n" + (call.dry_run ? "dry\n" : "\n") + call.request.body;
    const store::RequestKey key{call.caller.token_id, *header, digest(asked)};
    if (auto earlier = earlier_answer(parts_, key)) {
        return *std::move(earlier);
    }
    http::ServerResponse response;
    try {
        response = handler(parts_, call);
    } catch (const std::exception&) {
        // What was thrown has changed nothing; the same request may be sent again.
        forget_request(parts_, key);
        throw;
    }
    keep_answer(parts_, key, response);
    return response;
}

}  // namespace lumos::console
