#pragma once
// What the notifier counts; docs/metrics.md names them all. Thread-safe.

#include "workers/shared/runtime/metrics.h"

#include <chrono>
#include <string>

namespace lumos::notifier {

class DeliveryMetrics {
public:
    DeliveryMetrics();

    void sent(const std::string& kind, std::chrono::milliseconds after);
    void failed(const std::string& kind);
    void died(const std::string& kind);
    void in_hand(std::size_t messages);

private:
    struct OfKind {
        runtime::metrics::Counter sent;
        runtime::metrics::Counter failed;
        runtime::metrics::Counter dead;
        runtime::metrics::Histogram seconds;
    };
    static OfKind make(const std::string& kind);
    OfKind& of(const std::string& kind);

    OfKind email_;
    OfKind webhook_;
    runtime::metrics::Gauge in_hand_;
};

}  // namespace lumos::notifier
