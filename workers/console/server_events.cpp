#include "workers/console/server_events.h"

#include "schemas/event_messages.h"
#include "sql/event_store.h"
#include "workers/console/answers.h"
#include "workers/shared/runtime/ids.h"

#include <boost/json.hpp>

namespace lumos::console {
namespace {

std::optional<schemas::ServerFacts> facts_of(const std::optional<sql::console::Server>& server) {
    if (!server) {
        return std::nullopt;
    }
    return schemas::ServerFacts{server->name, server->ipv4, server->ipv6, server->region};
}

const char* type_of(const ServerEdit& edit) {
    if (!edit.before) {
        return "server_added";
    }
    return edit.after ? "server_changed" : "server_revoked";
}

}  // namespace

void record_server_edit(
    const Parts& parts, sql::console::Work& work, const Call& call, const ServerEdit& edit) {
    const auto& server = edit.after ? *edit.after : *edit.before;
    const schemas::ServerEditEvent event{
        .server_id = server.slug,
        .server_name = server.name,
        .before = facts_of(edit.before),
        .after = facts_of(edit.after),
        .actor = call.caller.name};
    sql::record_event(
        work.transaction(),
        {.id = runtime::new_uuid(parts.clock.now()),
         .account_id = edit.account_id,
         .source = "console",
         .type = type_of(edit),
         .kind = "server",
         .subject = server.slug,
         .incident = std::nullopt,
         .data = text_of(schemas::to_json(event)),
         .alert = false});
}

}  // namespace lumos::console
