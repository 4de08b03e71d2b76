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
    testing::Values(
        Removal{"reader_of_its_own", &Rules::reader_of_its_own, Scenario::Faults, "(c)", 30},
        Removal{"beat_is_read_back", &Rules::beat_is_read_back, Scenario::Faults, "(a)", 222},
        Removal{"one_transaction", &Rules::one_transaction, Scenario::Faults, "(a)", 30},
        Removal{
            "stream_clock_breaks_span",
            &Rules::stream_clock_breaks_span,
            Scenario::Faults,
            "(d)",
            30},
        Removal{
            "database_clock_breaks_span",
            &Rules::database_clock_breaks_span,
            Scenario::Faults,
            "(j)",
            468},
        Removal{
            "later_times_are_cut_back",
            &Rules::later_times_are_cut_back,
            Scenario::Faults,
            "(c)",
            30},
        Removal{
            "moved_have_full_timeout",
            &Rules::moved_have_full_timeout,
            Scenario::Faults,
            "(d)",
            543},
        Removal{"connections_are_rows", &Rules::connections_are_rows, Scenario::Faults, "(c)", 87},
        Removal{"disconnect_is_final", &Rules::disconnect_is_final, Scenario::Faults, "(c)", 1029},
        Removal{
            "only_some_reasons_count",
            &Rules::only_some_reasons_count,
            Scenario::Faults,
            "(j)",
            30},
        Removal{
            "disconnect_needs_good_hearing",
            &Rules::disconnect_needs_good_hearing,
            Scenario::Faults,
            "(a)",
            30},
        Removal{
            "disconnect_waits_a_round",
            &Rules::disconnect_waits_a_round,
            Scenario::Faults,
            "(j)",
            486},
        Removal{"unknown_is_unsure", &Rules::unknown_is_unsure, Scenario::Faults, "(j)", 30},
        Removal{
            "goodbyes_own_is_excepted",
            &Rules::goodbyes_own_is_excepted,
            Scenario::Faults,
            "(c)",
            30},
        Removal{"conflict_is_unsure", &Rules::conflict_is_unsure, Scenario::Faults, "(k)", 285},
        Removal{
            "conflict_needs_both_to_speak",
            &Rules::conflict_needs_both_to_speak,
            Scenario::Faults,
            "(j)",
            36},
        Removal{"out_is_latched", &Rules::out_is_latched, Scenario::Faults, "(c)", 30},
        Removal{"ready_hold", &Rules::ready_hold, Scenario::Faults, "(d)", 30},
        Removal{
            "steady_from_the_connection_on",
            &Rules::steady_from_the_connection_on,
            Scenario::Faults,
            "(d)",
            33},
        Removal{"quiet_is_unsure", &Rules::quiet_is_unsure, Scenario::Faults, "(d)", 30},
        Removal{
            "unanswering_begins_anew",
            &Rules::unanswering_begins_anew,
            Scenario::CutAll,
            "(e)",
            60},
        Removal{
            "target_spoke_after_out", &Rules::target_spoke_after_out, Scenario::CutAll, "(e)", 114},
        Removal{"called_during_grace", &Rules::called_during_grace, Scenario::CutAll, "(e)", 474}),
    [](const testing::TestParamInfo<Removal>& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace lumos::presence::simulation
