#include "workers/notifier/delivery_metrics.h"

namespace lumos::notifier {

namespace {

runtime::metrics::Counter counter(const std::string& kind, const std::string& outcome) {
    return {
        "lumos_deliveries_total",
        "Attempts to deliver, by what came of them",
        {{"kind", kind}, {"outcome", outcome}}};
}

}  // namespace

DeliveryMetrics::OfKind DeliveryMetrics::make(const std::string& kind) {
    return {
        .sent = counter(kind, "sent"),
        .failed = counter(kind, "failed"),
        .dead = counter(kind, "dead"),
        .seconds = {
            "lumos_delivery_seconds",
            "From the event to its delivery",
            {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1'800, 7'200, 86'400},
            {{"kind", kind}}}};
}

DeliveryMetrics::DeliveryMetrics()
    : email_(make("email")),
      webhook_(make("webhook")),
      in_hand_("lumos_deliveries_in_hand", "Messages being sent now") {}

DeliveryMetrics::OfKind& DeliveryMetrics::of(const std::string& kind) {
    return kind == "email" ? email_ : webhook_;
}

void DeliveryMetrics::sent(const std::string& kind, std::chrono::milliseconds after) {
    of(kind).sent.add();
    of(kind).seconds.observe(std::chrono::duration<double>(after).count());
}

void DeliveryMetrics::failed(const std::string& kind) {
    of(kind).failed.add();
}

void DeliveryMetrics::died(const std::string& kind) {
    of(kind).dead.add();
}

void DeliveryMetrics::in_hand(std::size_t messages) {
    in_hand_.set(static_cast<double>(messages));
}

}  // namespace lumos::notifier
