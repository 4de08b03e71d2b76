#include "tests/unit/presence/simulation/scenarios.h"

namespace lumos::presence::simulation {
namespace {

// Some are reset and cannot connect, of some every packet is lost. Either the silent ones go first,
// and all come back before the first is out; or they go in any order, and come back after the
// candidates were called in vain.
void cut_all_links(Stage& stage) {
    Agents& agents = stage.agents;
    Chance& chance = stage.world.chance;
    const Moment grace = stage.world.pace.limits.disconnect_grace;
    const bool is_short = chance.says(0.4);
    const Moment spread = is_short ? Moment(1s) : grace * 9 / 10;
    const Moment heals = is_short ? 2 * spread + chance.time(7s, 30s)
                                  : grace + spread + chance.time(7s, 2 * timeout_of(stage));
    const double resets = chance.number(0, 2) / 2.0;
    // The silent ones were heard just before the first is out.
    const bool is_late_cut = !is_short && chance.says(0.5);
    stage.tell("cut or reset all links");
    for (int server = 0; server < agents.servers(); ++server) {
        const bool by_reset = chance.says(resets);
        Moment goes = chance.time(0s, spread) + (is_short && by_reset ? spread : 0s);
        if (is_late_cut) {
            goes = by_reset ? goes / 10 : spread / 2 + goes / 2;
        }
        later(stage, goes, [&agents, server, by_reset] {
            if (by_reset) {
                agents.refuse(server, true);
                agents.reset(server, "Read Error");
            } else {
                agents.cut_link(server, true);
            }
        });
        later(stage, heals + chance.time(0s, 2s), [&agents, server] {
            agents.refuse(server, false);
            agents.cut_link(server, false);
        });
    }
}

}  // namespace

void cut_all(Stage& stage) {
    Agents& agents = stage.agents;
    Chance& chance = stage.world.chance;
    const Moment grace = stage.world.pace.limits.disconnect_grace;
    const Moment away = chance.says(0.6) ? chance.time(100ms, 2 * grace)
                                         : chance.time(grace, 2 * timeout_of(stage));
    switch (chance.number(0, 4)) {
        case 0:
            freeze_nats(stage, away);
            return;
        case 1:
            kill_nats(stage, away, chance.says(0.5));
            return;
        case 2:
            stage.tell("credentials are rotated");
            for (int server = 0; server < agents.servers(); ++server) {
                later(stage, chance.time(0s, grace), [&stage, &agents, server] {
                    agents.expel(
                        server,
                        "Authentication Expired",
                        stage.world.chance.time(200ms, timeout_of(stage) / 2));
                });
            }
            return;
        default:
            break;
    }
    cut_all_links(stage);
}

void come_back_and_go(Stage& stage) {
    World& world = stage.world;
    Agents& agents = stage.agents;
    const Limits& limits = world.pace.limits;
    stage.tell("kill server 0");
    agents.kill(0);
    const Moment back = 2 * limits.disconnect_grace + 10s;
    later(stage, back, [&agents] { agents.start(0); });
    const Moment ready = back + limits.ready_hold;
    later(stage, ready - 2s, [&stage, &limits] {
        stage.tell("failover sleeps");
        stage.failover.pause_for(3 * limits.heartbeat_interval + stage.world.chance.time(0s, 20s));
    });
    // After the heartbeat that made it ready, while nobody decides.
    later(stage, ready + limits.heartbeat_interval + 2s, [&stage, &agents] {
        stage.tell("cut the link of server 0");
        agents.cut_link(0, true);
    });
    world.events.run_until(world.events.now() + ready + 2 * limits.health_timeout);
}

void stall_over_new_streams(Stage& stage) {
    World& world = stage.world;
    Chance& chance = world.chance;
    Agents& agents = stage.agents;
    const bool others_fall_silent = chance.says(0.5);
    const Moment stalls = others_fall_silent ? chance.time(8s, 14s) : chance.time(2s, 5s);
    stage.tell("a replica stalls with its beat read");
    stage.replicas[0]->stall_next_round_for(stalls);
    // Its round begins within a second.
    later(stage, 1100ms, [&stage] {
        stage.tell("wipe the streams");
        stage.world.bus.wipe_streams();
    });
    const int server = any_server(stage);
    // No advisory tells that the connection of one that hangs is closed.
    const bool hangs = chance.says(0.5);
    later(stage, 1100ms + chance.time(0s, stalls / 3), [&stage, &agents, server, hangs] {
        stage.tell(
            std::string(hangs ? "goodbye that hangs" : "goodbye") + " server " +
            std::to_string(server));
        if (hangs) {
            agents.say_goodbye_and_hang(server);
        } else {
            agents.say_goodbye(server, Said::Stopping);
        }
    });
    if (others_fall_silent) {
        later(stage, 1100ms + stalls / 3, [&stage] {
            stage.tell("the other replica stops");
            stage.replicas[1]->stop_for(14s);
        });
    }
    const Moment settled = stage.world.pace.limits.health_timeout + 15s;
    world.events.run_until(world.events.now() + settled);
}

void flap(Stage& stage) {
    Agents& agents = stage.agents;
    const Moment grace = stage.world.pace.limits.disconnect_grace;
    const Moment away = stage.world.chance.time(grace * 6 / 5, 20s);
    agents.kill(0);
    later(stage, away, [&agents] { agents.start(0); });
}

}  // namespace lumos::presence::simulation
