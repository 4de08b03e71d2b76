#include "tests/unit/presence/simulation/simulation.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace lumos::presence::simulation {
namespace {

// More than the usual number of runs: LUMOS_SIMULATION_SEEDS=100000.
std::uint64_t seeds(std::uint64_t usual) {
    const char* wanted = std::getenv("LUMOS_SIMULATION_SEEDS");
    return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : usual;
}

std::string told(const Outcome& outcome) {
    std::string all;
    for (const std::string& line : outcome.story) {
        all += line + "\n";
    }
    return all;
}

void expect_nothing_violated(Scenario scenario, std::uint64_t runs) {
    const char* only = std::getenv("LUMOS_SIMULATION_SEED");  // This one.
    const std::uint64_t first = only != nullptr ? std::strtoull(only, nullptr, 10) : 1;
    const std::uint64_t last = only != nullptr ? first : runs;
    for (std::uint64_t seed = first; seed <= last; ++seed) {
        const Outcome outcome = simulate({.seed = seed, .scenario = scenario});
        ASSERT_TRUE(outcome.violations.empty()) << "seed " << seed << "\n" << told(outcome);
    }
}

TEST(Simulation, NothingIsViolatedWhateverHappens) {
    expect_nothing_violated(Scenario::Faults, seeds(1'500));
}

TEST(Simulation, ACutThatHitsAllMovesNothing) {
    expect_nothing_violated(Scenario::CutAll, seeds(500));
}

TEST(Simulation, APrimaryThatComesBackAndGoesIsNotReturnedTo) {
    expect_nothing_violated(Scenario::Comeback, seeds(200));
}

TEST(Simulation, ARoundThatStallsReplaysNothing) {
    expect_nothing_violated(Scenario::Stalled, seeds(300));
}

TEST(Simulation, APrimaryThatFlapsForAnHourMovesDnsOnce) {
    expect_nothing_violated(Scenario::Flap, seeds(10));
}

}  // namespace
}  // namespace lumos::presence::simulation
