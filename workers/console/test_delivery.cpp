#include "workers/console/test_delivery.h"

#include "schemas/event_messages.h"
#include "sql/console_channel_store.h"
#include "sql/event_store.h"
#include "workers/console/answers.h"
#include "workers/console/fields.h"
#include "workers/console/problem.h"
#include "workers/shared/outbox/outbox.h"
#include "workers/shared/runtime/ids.h"

#include <boost/json.hpp>

namespace lumos::console {
namespace {

namespace store = sql::console;

constexpr std::chrono::seconds kWait{10};
constexpr std::chrono::milliseconds kLookAgain{100};

struct Test {
    std::string event_id;
    std::string delivery_id;
    store::Channel channel;
};

Test send_test(Parts& parts, const Call& call) {
    Session work(parts);
    const auto account = account_of(work, call);
    auto channel = store::find_channel(work, account.id, call.path("id"));
    if (!channel) {
        throw not_found("channel", call.path("id"));
    }
    if (channel->disabled_at) {
        throw conflict(
            channel->slug + " is switched off: " + channel->disabled_why.value_or("by a person"),
            "lumosctl channel set " + channel->slug + " --enable");
    }
    Test test{
        .event_id = runtime::new_uuid(parts.clock.now()), .delivery_id = "", .channel = *channel};
    sql::record_event(
        work->transaction(),
        {.id = test.event_id,
         .account_id = account.id,
         .source = "console",
         .type = "channel_test",
         .kind = "channel",
         .subject = channel->slug,
         .incident = std::nullopt,
         .data = text_of(schemas::to_json(schemas::ChannelTestEvent{
             channel->slug, "A test of this channel, sent by " + call.caller.name + "."})),
         .alert = false});
    test.delivery_id = store::add_delivery(work, test.event_id, channel->id);
    work->audit(audit_of(call, account.id, "channel.test", channel->slug));
    work->commit();
    parts.outbox.wake();
    parts.outbox.notify(
        {{.id = test.delivery_id,
          .account = account.slug,
          .channel = channel->slug,
          .event_id = test.event_id,
          .alert = "channel_test",
          .incident = test.event_id}});
    return test;
}

// Until it was sent, given up, or one attempt has failed.
store::DeliveryState wait_for(Parts& parts, const std::string& delivery_id) {
    const auto until = parts.clock.steady() + kWait;
    store::DeliveryState state;
    do {
        {
            Session work(parts);
            state = store::delivery_state(work, delivery_id).value_or(store::DeliveryState{});
        }
        if (state.state != "pending" || (state.attempt > 0 && !state.claimed)) {
            break;
        }
    } while (parts.clock.steady() < until && runtime::pause(parts.stop, kLookAgain));
    return state;
}

}  // namespace

http::ServerResponse test_channel(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {});
    if (call.dry_run) {
        throw invalid_field("dryRun", "a test is a delivery; there is no dry one");
    }
    const auto test = send_test(parts, call);
    const auto state = wait_for(parts, test.delivery_id);
    const bool sent = state.state == "sent";
    if (!sent) {
        Session work(parts);
        store::give_up_test(work, test.delivery_id);
        work->commit();
    }
    std::optional<std::string> error = state.last_error;
    if (!sent && !error) {
        error = "no notifier has taken it within 10 s; is lumos-notifier running?";
    }
    return answer(boost::json::object{
        {"id", test.channel.slug},
        {"delivered", sent},
        {"target", test.channel.target},
        {"eventId", test.event_id},
        {"deliveryId", test.delivery_id},
        {"state", state.state},
        {"attempt", state.attempt},
        {"error", sent ? boost::json::value(nullptr) : or_null(error)}});
}

}  // namespace lumos::console
