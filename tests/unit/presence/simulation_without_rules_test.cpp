// Each rule is there because something goes wrong without it: taken out, the simulation must find
// that.
#include "tests/unit/presence/simulation/simulation.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <ostream>
#include <string>

namespace lumos::presence::simulation {
namespace {

struct Removal {
    const char* name;
    bool Rules::*rule;
    Scenario scenario;
    const char* property;  // What is violated then.
    std::uint64_t within;  // So many seeds.
};

void PrintTo(const Removal& removal, std::ostream* out) {
    *out << removal.name;
}

class WithoutTheRule : public testing::TestWithParam<Removal> {};

TEST_P(WithoutTheRule, TheSimulationFails) {
    const Removal& removal = GetParam();
    Options options{.scenario = removal.scenario};
    options.rules.*removal.rule = false;
    std::string found;
    for (options.seed = 1; options.seed <= removal.within && found.empty(); ++options.seed) {
        for (const std::string& violation : simulate(options).violations) {
            found += violation.find(removal.property) != std::string::npos ? violation : "";
        }
    }
    EXPECT_NE(found, "") << "nothing of " << removal.property << " in " << removal.within
                         << " seeds";
}

INSTANTIATE_TEST_SUITE_P(
    Simulation,
    WithoutTheRule,
    testing::Values(Removal{
        "reader_of_its_own", &Rules::reader_of_its_own, Scenario::Faults, "(a)", 5000}),
    [](const testing::TestParamInfo<Removal>& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace lumos::presence::simulation
