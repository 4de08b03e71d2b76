#include "workers/shared/runtime/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>

namespace lumos::runtime::metrics {
namespace {

// One for the process: a name means the same thing wherever it is counted.
prometheus::Registry& registry() {
    static prometheus::Registry instance;
    return instance;
}

bool has_labels(const prometheus::ClientMetric& metric, const Labels& wanted) {
    return std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
        return std::any_of(metric.label.begin(), metric.label.end(), [&](const auto& its) {
            return its.name == label.first && its.value == label.second;
        });
    });
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

double total(const std::string& name, const Labels& labels) {
    double sum = 0;
    for (const auto& family : registry().Collect()) {
        if (family.name != name) {
            continue;
        }
        for (const auto& metric : family.metric) {
            if (has_labels(metric, labels)) {
                sum += metric.counter.value + metric.gauge.value + metric.histogram.sample_sum;
            }
        }
    }
    return sum;
}

std::string exposition() {
    const prometheus::TextSerializer serializer;
    return static_cast<const prometheus::Serializer&>(serializer).Serialize(registry().Collect());
}

}  // namespace lumos::runtime::metrics
