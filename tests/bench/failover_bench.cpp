// What a decision and a check of a zone cost.

#include "tests/store/failover/switch_world.h"
#include "tests/unit/failover/builders.h"
#include "workers/failover/decide_rule.h"

#include <benchmark/benchmark.h>
#include <fmt/core.h>

namespace lumos::failover {
namespace {

void decide_about_a_domain(benchmark::State& state) {
    const auto servers = testing::fleet(
        {testing::out(testing::kPrimary),
         testing::ready(testing::kSecond),
         testing::ready(testing::kThird)});
    const auto domain =
        testing::domain(testing::kPrimary, {testing::kPrimary, testing::kSecond, testing::kThird});
    const Moment moment{.now = testing::kNow, .heard_before = {}};
    for (auto _ : state) {
        benchmark::DoNotOptimize(decide(domain, servers, moment));
    }
}
BENCHMARK(decide_about_a_domain);

// A zone with so many domains, all at two healthy servers.
struct Zone {
    testing::SwitchWorld world;
    Id primary = world.server("fra-1");
    Id secondary = world.server("iad-1");
    explicit Zone(std::int64_t domains) {
        for (std::int64_t number = 0; number < domains; ++number) {
            (void)world.domain(fmt::format("d{}.example.com", number), {primary, secondary});
        }
    }
};

void check_where_nothing_is_wanted(benchmark::State& state) {
    Zone zone(state.range(0));
    for (auto _ : state) {
        state.PauseTiming();
        zone.world.request();
        state.ResumeTiming();
        (void)zone.world.check();
    }
}
BENCHMARK(check_where_nothing_is_wanted)->Arg(1)->Arg(200)->Unit(benchmark::kMillisecond);

// From the request to the committed event, away and home in turn; the provider answers at once.
void check_that_switches(benchmark::State& state) {
    Zone zone(state.range(0));
    bool away = false;
    for (auto _ : state) {
        state.PauseTiming();
        away = !away;
        if (away) {
            zone.world.goes_out(zone.primary);
        } else {
            zone.world.gets_ready(zone.primary);
        }
        zone.world.answers(zone.secondary);
        zone.world.run("UPDATE provider_budgets SET calls = 200");
        state.ResumeTiming();
        if (zone.world.check().outcome != CheckResult::Outcome::Applied) {
            state.SkipWithError("nothing was switched");
        }
    }
}
BENCHMARK(check_that_switches)->Arg(1)->Arg(100)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lumos::failover
