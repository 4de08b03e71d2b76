#include "workers/console/api.h"

namespace lumos::console {

void add_routes(Api& api) {
    add_account_routes(api);
    add_server_routes(api);
    add_credentials_routes(api);
    add_provider_routes(api);
    add_zone_routes(api);
    add_domain_routes(api);
    add_channel_routes(api);
    add_token_routes(api);
    add_subscriber_routes(api);
    add_event_routes(api);
    add_log_routes(api);
    add_status_routes(api);
    add_schema_routes(api);
}

}  // namespace lumos::console
