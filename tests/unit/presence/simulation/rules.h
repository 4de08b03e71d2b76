#pragma once
// The rules that the simulation can take out, one at a time, by falsifying what the product's
// functions are given or what they answered. The product itself has no such switches.

namespace lumos::presence::simulation {

struct Rules {
    // The hearing round.
    bool reader_of_its_own = true;  // Else: replicas share one consumer.
    bool beat_is_read_back = true;  // Else: the acknowledgement of the beat is proof enough.
    bool one_transaction = true;    // Else: the hearing is committed before what was heard.
    bool stream_clock_breaks_span = true;
    bool database_clock_breaks_span = true;
    bool later_times_are_cut_back = true;
    bool stalled_round_ends = true;
    bool older_stream_ends = true;
    bool moved_have_full_timeout = true;  // Else: a server moves with the silence of its old node.
    // Connections.
    bool connections_are_rows = true;  // Else: any closing is the server's.
    bool disconnect_is_final = true;
    bool only_some_reasons_count = true;
    bool disconnect_needs_good_hearing = true;
    bool disconnect_waits_a_round = true;
    // The judgement.
    bool unknown_is_unsure = true;  // Else: silence counts from `server add` on.
    bool silence_before_goodbye = true;
    bool goodbyes_own_is_excepted = true;
    bool conflict_is_unsure = true;  // Else: out.
    bool conflict_needs_both_to_speak = true;
    bool out_is_latched = true;  // Else: a new span makes it unsure.
    bool ready_hold = true;
    bool steady_from_the_connection_on = true;
    bool quiet_is_unsure = true;  // Else: ready until the timeout.
    bool unanswering_begins_anew = true;
    // Routing.
    bool target_spoke_after_out = true;
    bool called_during_grace = true;
    bool target_heard_lately = true;
};

}  // namespace lumos::presence::simulation
