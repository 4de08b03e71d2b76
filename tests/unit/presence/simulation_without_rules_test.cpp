// Each rule is there because something goes wrong without it: taken out, the simulation must find
// that.
#include "tests/unit/presence/simulation/simulation.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
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

constexpr Removal kRemovals[] = {
    {"reader_of_its_own", &Rules::reader_of_its_own, Scenario::Faults, "(c)", 30},
    {"beat_is_read_back", &Rules::beat_is_read_back, Scenario::Faults, "(a)", 222},
    {"one_transaction", &Rules::one_transaction, Scenario::Faults, "(a)", 30},
    {"stream_clock_breaks_span", &Rules::stream_clock_breaks_span, Scenario::Faults, "(d)", 30},
    {"database_clock_breaks_span",
     &Rules::database_clock_breaks_span,
     Scenario::Faults,
     "(j)",
     468},
    {"later_times_are_cut_back", &Rules::later_times_are_cut_back, Scenario::Faults, "(c)", 30},
    {"moved_have_full_timeout", &Rules::moved_have_full_timeout, Scenario::Faults, "(d)", 543},
    {"connections_are_rows", &Rules::connections_are_rows, Scenario::Faults, "(c)", 87},
    {"disconnect_is_final", &Rules::disconnect_is_final, Scenario::Faults, "(c)", 1029},
    {"only_some_reasons_count", &Rules::only_some_reasons_count, Scenario::Faults, "(j)", 30},
    {"disconnect_needs_good_hearing",
     &Rules::disconnect_needs_good_hearing,
     Scenario::Faults,
     "(a)",
     30},
    {"disconnect_waits_a_round", &Rules::disconnect_waits_a_round, Scenario::Faults, "(j)", 486},
    {"unknown_is_unsure", &Rules::unknown_is_unsure, Scenario::Faults, "(j)", 30},
    {"goodbyes_own_is_excepted", &Rules::goodbyes_own_is_excepted, Scenario::Faults, "(c)", 30},
    {"conflict_is_unsure", &Rules::conflict_is_unsure, Scenario::Faults, "(k)", 285},
    {"conflict_needs_both_to_speak",
     &Rules::conflict_needs_both_to_speak,
     Scenario::Faults,
     "(j)",
     36},
    {"out_is_latched", &Rules::out_is_latched, Scenario::Faults, "(c)", 30},
    {"ready_hold", &Rules::ready_hold, Scenario::Faults, "(d)", 30},
    {"steady_from_the_connection_on",
     &Rules::steady_from_the_connection_on,
     Scenario::Faults,
     "(d)",
     33},
    {"quiet_is_unsure", &Rules::quiet_is_unsure, Scenario::Faults, "(d)", 30},
    {"unanswering_begins_anew", &Rules::unanswering_begins_anew, Scenario::CutAll, "(e)", 60},
    {"target_spoke_after_out", &Rules::target_spoke_after_out, Scenario::CutAll, "(e)", 114},
    {"called_during_grace", &Rules::called_during_grace, Scenario::CutAll, "(e)", 474},
    {"target_heard_lately", &Rules::target_heard_lately, Scenario::Comeback, "(f)", 30},
    {"stalled_round_ends", &Rules::stalled_round_ends, Scenario::Stalled, "(l)", 30},
    {"older_stream_ends", &Rules::older_stream_ends, Scenario::Stalled, "(l)", 30}};

// The one that the simulation does not miss is silence_before_goodbye: it takes a successor of the
// agent that said goodbye which connects again and again without a word, each time before the last
// connection is gone. judgement_rule_test holds it.
static_assert(std::size(kRemovals) + 1 == sizeof(Rules), "a row for each rule");

INSTANTIATE_TEST_SUITE_P(
    Simulation,
    WithoutTheRule,
    testing::ValuesIn(kRemovals),
    [](const testing::TestParamInfo<Removal>& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace lumos::presence::simulation
