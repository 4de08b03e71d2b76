#pragma once
// Counters, gauges and histograms by Prometheus' conventions; the table of all names is
// docs/metrics.md. A metric is a member of the class that it measures. Thread-safe; handles are
// cheap to copy and live as long as the process.

#include <map>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace lumos::runtime::metrics {

using Labels = std::map<std::string, std::string>;

class Counter {
public:
    Counter(const std::string& name, const std::string& help, const Labels& labels = {});
    void add(double amount = 1);

private:
    prometheus::Counter* counter_;
};

class Gauge {
public:
    Gauge(const std::string& name, const std::string& help, const Labels& labels = {});
    void set(double value);

private:
    prometheus::Gauge* gauge_;
};

class Histogram {
public:
    Histogram(
        const std::string& name,
        const std::string& help,
        const std::vector<double>& bounds,
        const Labels& labels = {});
    void observe(double value);

private:
    prometheus::Histogram* histogram_;
};

// The sum over all series of that name that have these labels besides others; of a histogram the
// sum of what was observed. 0 where there is none.
[[nodiscard]] double total(const std::string& name, const Labels& labels = {});

// All of them, in Prometheus' text format.
[[nodiscard]] std::string exposition();

}  // namespace lumos::runtime::metrics
