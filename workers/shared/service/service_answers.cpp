#include "workers/shared/service/service_answers.h"

#include <boost/json.hpp>

#include <cstdint>

namespace lumos::service {
namespace {

namespace json = boost::json;

constexpr double kNanosecondsOfASecond = 1e9;

json::object common(
    std::string_view type, const Description& description, const Identity& identity) {
    return {
        {"type", "io.nats.micro.v1." + std::string(type)},
        {"name", description.name},
        {"id", identity.id},
        {"version", identity.version},
        {"metadata", json::object()}};
}

double sum(const Series& series) {
    double total = 0;
    for (const auto& labels : series.labels) {
        total += runtime::metrics::total(series.metric, labels);
    }
    return total;
}

std::int64_t whole(double number) {
    return static_cast<std::int64_t>(number);
}

}  // namespace

std::string ping_answer(const Description& description, const Identity& identity) {
    return json::serialize(common("ping_response", description, identity));
}

std::string info_answer(const Description& description, const Identity& identity) {
    auto answer = common("info_response", description, identity);
    answer["description"] = description.does;
    answer["endpoints"] = json::array{json::object{
        {"name", description.endpoint},
        {"subject", description.subject},
        {"metadata", json::object()}}};
    return json::serialize(answer);
}

std::string stats_answer(const Description& description, const Identity& identity) {
    const auto failed = sum(description.failed);
    const auto all = sum(description.done) + failed;
    const auto spent = description.seconds.empty()
                           ? 0.0
                           : runtime::metrics::total(description.seconds) * kNanosecondsOfASecond;
    auto answer = common("stats_response", description, identity);
    answer["started"] = to_rfc3339(identity.started);
    answer["endpoints"] = json::array{json::object{
        {"name", description.endpoint},
        {"subject", description.subject},
        {"num_requests", whole(all)},
        {"num_errors", whole(failed)},
        {"last_error", ""},
        {"processing_time", whole(spent)},
        {"average_processing_time", whole(all > 0 ? spent / all : 0)}}};
    return json::serialize(answer);
}

}  // namespace lumos::service
