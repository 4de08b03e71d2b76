#include "workers/shared/outbox/event_body.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace lumos::outbox {
namespace {

sql::StoredEvent event() {
    return {
        .id = "01935110-4f21-7c3e-9b1a-5d2f6a7c8e90",
        .sequence = 918,
        .account = "acme",
        .source = "presence",
        .type = "server_down",
        .kind = "server",
        .subject = "fra-1",
        .incident = "01935110-4f21-7c3e-9b1a-5d2f6a7c8e91",
        .time = *parse_time("2026-11-22T03:12:04.117Z"),
        .data = R"({"serverId":"fra-1"})"};
}

TEST(EventBody, IsTheWholeCloudEvent) {
    EXPECT_EQ(boost::json::parse(event_body(event())), boost::json::parse(R"({
            "specversion": "1.0", "id": "01935110-4f21-7c3e-9b1a-5d2f6a7c8e90", "source": "/lumos/presence",
            "type": "gate.lumos.server_down.v1", "subject": "fra-1", "time": "2026-11-22T03:12:04.117Z",
            "datacontenttype": "application/json", "dataschema": "urn:lumos:schema:server_down:1", "account": "acme",
            "sequence": "00000000000000000918", "correlationid": "01935110-4f21-7c3e-9b1a-5d2f6a7c8e91",
            "data": {"serverId": "fra-1"}})"));
    EXPECT_EQ(event_subject(event()), "lumos.event.acme.server.fra-1.server_down");
}

TEST(EventBody, TheControlPlanesOwnBelongToNoAccount) {
    auto own = event();
    own.account = std::nullopt;
    own.kind = "control";
    own.subject = "hearing";
    own.type = "hearing_lost";
    EXPECT_EQ(boost::json::parse(event_body(own)).at("account").as_string(), "_system");
    EXPECT_EQ(event_subject(own), "lumos.event._system.control.hearing.hearing_lost");
}

TEST(EventBody, ADomainIsOneTokenOfTheSubject) {
    auto domain = event();
    domain.kind = "domain";
    domain.subject = "*.example.com";
    EXPECT_EQ(event_subject(domain), "lumos.event.acme.domain.+_example_com.server_down");
}

TEST(EventBody, SaysWhatIsWrongWithARow) {
    auto broken = event();
    broken.data = "{";
    EXPECT_THROW((void)event_body(broken), schemas::InvalidMessage);
    broken = event();
    broken.kind = "planet";
    EXPECT_THROW((void)event_subject(broken), schemas::InvalidMessage);
    broken = event();
    broken.data = "\"" + std::string(schemas::kBodyBytesMax, 'x') + "\"";
    EXPECT_THROW((void)event_body(broken), std::length_error);
}

}  // namespace
}  // namespace lumos::outbox
