#include "workers/shared/outbox/job_message.h"

#include "schemas/subjects.h"
#include "schemas/work_messages.h"

namespace lumos::outbox {

namespace {

// Later than that its rows were found by a sweep many times over.
constexpr std::chrono::minutes kUseful{5};

schemas::Envelope envelope_of(
    std::string id, const std::string& source, std::string what, Time now) {
    schemas::Envelope envelope;
    envelope.id = std::move(id);
    envelope.source = source;
    envelope.what = std::move(what);
    envelope.time = now;
    return envelope;
}

}  // namespace

JobMessage check_message(const CheckJob& job, const std::string& source, Time now) {
    const auto token = job.is_zone ? schemas::dns_token(job.name) : job.name;
    JobMessage message;
    message.id = "check-" + job.account + "-" + token + "-" + job.id;
    message.subject = job.is_zone ? schemas::subjects::zone_check(job.account, job.name)
                                  : schemas::subjects::server_check(job.account, job.name);
    auto envelope =
        envelope_of(message.id, source, job.is_zone ? "zone_check" : "server_check", now);
    envelope.subject = job.name;
    envelope.account = job.account;
    envelope.correlationid = job.trigger_id;
    message.body = schemas::write_check(
        envelope,
        {.is_zone = job.is_zone,
         .name = job.name,
         .trigger = job.trigger,
         .trigger_id = job.trigger_id,
         .not_after = now + kUseful});
    return message;
}

JobMessage notify_message(const sql::NewDelivery& delivery, const std::string& source, Time now) {
    // A delivery that was just recorded was never tried; its retries are found by the sweep of its
    // rows.
    constexpr std::int64_t kFirstAttempt = 1;
    JobMessage message;
    message.id = "notify-" + delivery.id + "-" + std::to_string(kFirstAttempt);
    message.subject = schemas::subjects::notify(delivery.account, delivery.channel);
    auto envelope = envelope_of(message.id, source, "notify", now);
    envelope.subject = delivery.channel;
    envelope.account = delivery.account;
    envelope.correlationid = delivery.incident;
    message.body = schemas::write_notify(
        envelope,
        {.delivery_id = delivery.id,
         .channel_id = delivery.channel,
         .event_id = delivery.event_id,
         .alert = delivery.alert,
         .attempt = kFirstAttempt});
    return message;
}

}  // namespace lumos::outbox
