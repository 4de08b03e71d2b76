#include "workers/shared/runtime/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace lumos::runtime::metrics {
namespace {

// One for the process: a name means the same thing wherever it is counted.
prometheus::Registry& registry() {
    static prometheus::Registry instance;
    return instance;
}

}  // namespace

Counter::Counter(const std::string& name, const std::string& help, const Labels& labels)
    : counter_(&prometheus::BuildCounter().Name(name).Help(help).Register(registry()).Add(labels)) {
}

void Counter::add(double amount) {
    counter_->Increment(amount);
}

Gauge::Gauge(const std::string& name, const std::string& help, const Labels& labels)
    : gauge_(&prometheus::BuildGauge().Name(name).Help(help).Register(registry()).Add(labels)) {}

void Gauge::set(double value) {
    gauge_->Set(value);
}

Histogram::Histogram(
    const std::string& name,
    const std::string& help,
    const std::vector<double>& bounds,
    const Labels& labels)
    : histogram_(&prometheus::BuildHistogram()
                      .Name(name)
                      .Help(help)
                      .Register(registry())
                      .Add(labels, bounds)) {}

void Histogram::observe(double value) {
    histogram_->Observe(value);
}

std::string exposition() {
    const prometheus::TextSerializer serializer;
    return static_cast<const prometheus::Serializer&>(serializer).Serialize(registry().Collect());
}

}  // namespace lumos::runtime::metrics
