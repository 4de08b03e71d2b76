// What a round of presence costs, from the lock to the commit, where nobody's state changes.

#include "tests/store/presence/presence_world.h"

#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <string>
#include <vector>

namespace lumos::presence {
namespace {

using namespace std::chrono_literals;

// A fleet of so many servers, all heard and online.
struct Fleet {
    testing::PresenceWorld world;
    std::vector<std::string> names;
    explicit Fleet(std::int64_t servers) {
        world.servers(static_cast<int>(servers));
        for (std::int64_t number = 1; number <= servers; ++number) {
            names.push_back(fmt::format("s-{}", number));
        }
        speak();
        (void)world.round();
    }
    void speak() {
        for (const std::string& name : names) {
            world.speaks(name);
        }
    }
};

// Everybody is judged and written in one round: intervals are spread, so that a round of a fleet of
// 15,000 has 1,000.
void round_that_heard_all(benchmark::State& state) {
    Fleet fleet(state.range(0));
    for (auto _ : state) {
        state.PauseTiming();
        fleet.speak();
        state.ResumeTiming();
        if (fleet.world.round().judged != state.range(0)) {
            state.SkipWithError("somebody was not heard");
        }
    }
    state.SetComplexityN(state.range(0));
    state.counters["servers_per_second"] = benchmark::Counter(
        static_cast<double>(state.range(0)), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(round_that_heard_all)
    ->Arg(1'000)
    ->Arg(10'000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Complexity(benchmark::oN);

// What a round costs a fleet of that size of which nobody spoke since the last one.
void round_that_heard_nobody(benchmark::State& state) {
    Fleet fleet(state.range(0));
    for (auto _ : state) {
        if (fleet.world.round(1us).judged != 0) {
            state.SkipWithError("somebody was judged");
        }
    }
}
BENCHMARK(round_that_heard_nobody)
    ->Arg(1'000)
    ->Arg(10'000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace lumos::presence
