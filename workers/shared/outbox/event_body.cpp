#include "workers/shared/outbox/event_body.h"

#include "schemas/subjects.h"

#include <boost/json.hpp>

namespace lumos::outbox {

namespace {

// The account of events that belong to no account; no slug can be that.
constexpr std::string_view kSystemAccount = "_system";

}  // namespace

schemas::Envelope event_envelope(const sql::StoredEvent& event) {
    schemas::Envelope envelope;
    envelope.id = event.id;
    envelope.source = "/lumos/" + event.source;
    envelope.what = event.type;
    envelope.subject = event.subject;
    envelope.time = event.time;
    envelope.account = event.account.value_or(std::string(kSystemAccount));
    envelope.sequence = event.sequence;
    envelope.correlationid = event.incident;
    return envelope;
}

std::string event_body(const sql::StoredEvent& event) {
    boost::system::error_code problem;
    const auto data = boost::json::parse(event.data, problem);
    if (problem) {
        throw schemas::InvalidMessage(
            "event " + event.id + ": data is no JSON: " + problem.message());
    }
    return schemas::seal(event_envelope(event), data);
}

std::string event_subject(const sql::StoredEvent& event) {
    const auto kind = schemas::subject_kind(event.kind);
    if (!kind) {
        throw schemas::InvalidMessage("event " + event.id + ": unknown kind " + event.kind);
    }
    const auto account = event.account.value_or(std::string(kSystemAccount));
    return schemas::subjects::event(account, *kind, event.subject, event.type);
}

}  // namespace lumos::outbox
