#include "workers/console/repeat.h"

#include "sql/connection.h"
#include "workers/console/problem.h"
#include "workers/shared/runtime/log.h"
#include "workers/shared/runtime/secret.h"

#include <exception>
#include <string>

namespace lumos::console {
namespace {

namespace store = sql::console;

std::string context_of(const store::RequestKey& key) {
    return "idempotency/" + std::to_string(key.token_id) + "/" + key.key;
}

// What is kept of an answer: its ETag where it has one, which is quoted and stands in a line of its
// own before the body; a body of JSON begins otherwise.
std::string kept_text(const http::ServerResponse& response) {
    const auto etag = http::find_header(response.headers, "ETag");
    return etag ? *etag + "\n" + response.body : response.body;
}

void restore(const std::string& text, http::ServerResponse& response) {
    const auto end = text.starts_with('"') ? text.find('\n') : std::string::npos;
    if (end == std::string::npos) {
        response.body = text;
        return;
    }
    response.headers.emplace("ETag", text.substr(0, end));
    response.body = text.substr(end + 1);
}

}  // namespace

std::optional<http::ServerResponse> earlier_answer(Parts& parts, const store::RequestKey& key) {
    std::optional<store::EarlierRequest> earlier;
    {
        const auto lease = parts.database.lease();
        store::Work work(*lease);
        earlier = store::begin_request(work, key);
        work.commit();
    }
    if (!earlier) {
        return std::nullopt;
    }
    if (earlier->request_hash != key.request_hash) {
        throw conflict("this Idempotency-Key was used for another request", "use a new key");
    }
    if (!earlier->status) {
        throw conflict("the first request with this Idempotency-Key is still under way");
    }
    http::ServerResponse response;
    response.status = static_cast<int>(*earlier->status);
    const auto kept =
        parts.keys.lock()->open({earlier->answer.key_id, earlier->answer.box}, context_of(key));
    restore(kept.reveal(), response);
    response.headers.emplace("Idempotency-Replayed", "true");
    return response;
}

void keep_answer(
    Parts& parts, const store::RequestKey& key, const http::ServerResponse& response) noexcept {
    try {
        const auto sealed =
            parts.keys.lock()->seal(runtime::Secret(kept_text(response)), context_of(key));
        const auto lease = parts.database.lease();
        store::Work work(*lease);
        store::finish_request(work, key, response.status, {sealed.key_id, sealed.box});
        work.commit();
    } catch (const std::exception& failed) {
        runtime::log_warn("answer_not_kept", {{"error", failed.what()}});
    }
}

void forget_request(Parts& parts, const store::RequestKey& key) noexcept {
    try {
        const auto lease = parts.database.lease();
        store::Work work(*lease);
        store::forget_request(work, key);
        work.commit();
    } catch (const std::exception& failed) {
        runtime::log_warn("request_not_forgotten", {{"error", failed.what()}});
    }
}

}  // namespace lumos::console
