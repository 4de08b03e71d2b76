#include "tests/unit/presence/simulation/faults.h"

#include <algorithm>
#include <array>

namespace lumos::presence::simulation {
namespace {

Moment timeout_of(const Stage& stage) {
    return stage.world.pace.limits.health_timeout;
}

int any_server(Stage& stage) {
    return stage.world.chance.number(0, stage.agents.servers() - 1);
}

// Short enough to go unnoticed, or long enough for everything to give up.
Moment some_while(Stage& stage) {
    Chance& chance = stage.world.chance;
    const Moment timeout = timeout_of(stage);
    return chance.says(0.5) ? chance.time(100ms, timeout / 4)
                            : chance.time(timeout / 4, timeout * 3 / 2);
}

void later(Stage& stage, Moment delay, std::function<void()> what) {
    stage.world.events.after(delay, std::move(what));
}

std::string of(int server) {
    return " server " + std::to_string(server);
}

// ---- faults of one server ----

void break_process(Stage& stage) {
    Agents& agents = stage.agents;
    Chance& chance = stage.world.chance;
    const int server = any_server(stage);
    const Moment away = some_while(stage);
    switch (chance.number(0, 5)) {
        case 0:
            stage.tell("kill" + of(server));
            agents.kill(server);
            later(stage, away, [&agents, server] { agents.start(server); });
            break;
        case 1:
            stage.tell("reboot" + of(server));
            agents.reboot(server, away);
            break;
        case 2:
            stage.tell("stop" + of(server));
            agents.stop(server);
            later(stage, away, [&agents, server] { agents.go_on(server); });
            break;
        case 3:
            stage.tell("goodbye" + of(server));
            agents.say_goodbye(server, Said::Stopping);
            later(stage, away + 50ms, [&agents, server] { agents.start(server); });
            break;
        case 4:
            stage.tell("restart" + of(server));
            agents.say_goodbye(server, Said::Restarting);
            later(stage, chance.says(0.7) ? Moment(1s) : away + 50ms, [&agents, server] {
                agents.start(server);
            });
            break;
        default:
            stage.tell("error" + of(server));
            agents.say(server, Said::Error);
            later(stage, away, [&agents, server] { agents.say(server, Said::Online); });
    }
}

void break_link(Stage& stage) {
    Agents& agents = stage.agents;
    Chance& chance = stage.world.chance;
    const int server = any_server(stage);
    const Moment away = some_while(stage);
    switch (chance.number(0, 4)) {
        case 0:
            stage.tell("reset" + of(server));
            agents.reset(server, "Read Error");
            break;
        case 1:
            stage.tell("reset and refuse" + of(server));
            agents.refuse(server, true);
            agents.reset(server, "Client Closed");
            later(stage, away, [&agents, server] { agents.refuse(server, false); });
            break;
        case 2:
            stage.tell("cut the link of" + of(server));
            agents.cut_link(server, true);
            later(stage, away, [&agents, server] { agents.cut_link(server, false); });
            break;
        case 3:
            stage.tell("expel" + of(server));
            agents.expel(
                server,
                chance.says(0.5) ? "Authentication Expired" : "Credentials Revoked",
                chance.time(200ms, timeout_of(stage) / 2));
            break;
        default:
            stage.tell("reset several times" + of(server));
            for (int times = 0; times < 4; ++times) {
                later(stage, chance.time(0s, away), [&agents, server] {
                    agents.reset(server, "Client Closed");
                });
            }
    }
}

void clone_machine(Stage& stage) {
    Agents& agents = stage.agents;
    const int server = any_server(stage);
    stage.tell("clone" + of(server));
    agents.clone(server);
    later(stage, some_while(stage), [&agents, server] { agents.end_clone(server); });
}

// ---- faults of our own side ----

void freeze_nats(Stage& stage, Moment how_long) {
    if (!stage.world.bus.is_up()) {
        return;
    }
    // A virtual machine that is paused loses the time.
    const bool loses_time = stage.world.chance.says(0.3);
    stage.tell(
        "freeze NATS for " + std::to_string(how_long.count() / 1000) + " ms" +
        (loses_time ? ", and its clock" : ""));
    if (loses_time) {
        stage.unnoticed_steps += how_long;
        later(
            stage, how_long, [&clock = stage.world.bus.clock, how_long] { clock.step(-how_long); });
    }
    stage.world.bus.freeze(how_long);
    stage.agents.nats_was_frozen();
}

void kill_nats(Stage& stage, Moment how_long, bool wiped) {
    stage.tell(wiped ? "kill NATS, its store is lost" : "kill NATS");
    stage.world.bus.kill();
    stage.agents.nats_was_killed();
    later(stage, how_long, [&bus = stage.world.bus, wiped] { bus.start(wiped); });
}

void break_nats(Stage& stage) {
    Chance& chance = stage.world.chance;
    switch (chance.number(0, 3)) {
        case 0:
            freeze_nats(stage, chance.time(200ms, 9s));
            break;
        case 1:
            freeze_nats(stage, some_while(stage));
            break;
        case 2:
            kill_nats(stage, some_while(stage), chance.says(0.4));
            break;
        default:
            stage.tell("wipe the streams");
            stage.world.bus.wipe_streams();
    }
}

void break_presence(Stage& stage) {
    Chance& chance = stage.world.chance;
    Replica& replica = *stage.replicas[static_cast<std::size_t>(
        chance.number(0, static_cast<int>(stage.replicas.size()) - 1))];
    const Moment away = some_while(stage);
    switch (chance.number(0, 6)) {
        case 0:
            stage.tell("stop a replica");
            replica.stop_for(chance.says(0.5) ? chance.time(1s, 8s) : away);
            break;
        case 1:
            stage.tell("kill a replica");
            replica.kill();
            later(stage, away, [&replica] { replica.start(); });
            break;
        case 2:
            stage.tell("kill all replicas");
            for (std::unique_ptr<Replica>& one : stage.replicas) {
                one->kill();
                later(stage, away, [&one = *one] { one.start(); });
            }
            break;
        case 3:
            stage.tell("a replica loses the database");
            replica.lose_database_for(away);
            break;
        case 4:
            stage.tell("replicas read slowly");
            for (std::unique_ptr<Replica>& one : stage.replicas) {
                one->read_slowly_for(chance.says(0.5) ? away : away * 2);
            }
            break;
        case 5:
            stage.tell("the database is away");
            stage.world.database.is_up = false;
            later(stage, away, [&database = stage.world.database] { database.is_up = true; });
            break;
        default:
            stage.tell("a third replica");
            stage.replicas.back()->start();
    }
}

void step_clocks(Stage& stage) {
    Chance& chance = stage.world.chance;
    SteppedClock& clock = chance.says(0.5) ? stage.world.bus.clock : stage.world.database.clock;
    const char* whose = &clock == &stage.world.bus.clock ? "NATS's" : "the database's";
    Moment by = chance.says(0.5) ? chance.time(6s, 130s) : chance.time(130s, 3600s);
    if (chance.says(0.4)) {
        by = chance.time(10ms, 700ms);
        stage.unnoticed_steps += by;
    }
    by = chance.says(0.5) ? by : -by;
    stage.tell(
        std::string("step ") + whose + " clock by " + std::to_string(by.count() / 1000) + " ms");
    clock.step(by);
}

void lose_advisories(Stage& stage) {
    stage.tell("advisories are lost");
    stage.world.bus.advisory_loss = 0.3;
    stage.were_advisories_lost = true;
    later(stage, some_while(stage), [&bus = stage.world.bus] { bus.advisory_loss = 0; });
}

}  // namespace

void do_something(Stage& stage) {
    switch (stage.world.chance.number(0, 11)) {
        case 0:
        case 1:
        case 2:
            break_process(stage);
            break;
        case 3:
        case 4:
        case 5:
            break_link(stage);
            break;
        case 6:
            clone_machine(stage);
            break;
        case 7:
            break_nats(stage);
            break;
        case 8:
            break_presence(stage);
            break;
        case 9:
            step_clocks(stage);
            break;
        case 10:
            lose_advisories(stage);
            break;
        default:
            stage.tell("failover sleeps");
            stage.failover.pause_for(some_while(stage));
    }
}

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

void heal(Stage& stage) {
    stage.tell("heal");
    World& world = stage.world;
    if (world.bus.is_down()) {
        world.bus.start(false);
    }
    world.bus.thaw();
    world.bus.advisory_loss = 0;
    world.database.is_up = true;
    stage.failover.pause_for(0s);
    for (std::unique_ptr<Replica>& replica : stage.replicas) {
        replica->stop_for(0s);
        replica->lose_database_for(0s);
        replica->read_slowly_for(0s);
        replica->start();
    }
    for (int server = 0; server < stage.agents.servers(); ++server) {
        stage.agents.end_clone(server);
        stage.agents.go_on(server);
        stage.agents.refuse(server, false);
        stage.agents.cut_link(server, false);
        stage.agents.start(server);
        stage.agents.say(server, Said::Online);
    }
}

bool end_server(Stage& stage, int server) {
    Agents& agents = stage.agents;
    switch (stage.world.chance.number(0, 6)) {
        case 0:
            stage.tell("end by kill" + of(server));
            agents.kill(server);
            return true;
        case 1:
            stage.tell("end by goodbye" + of(server));
            agents.say_goodbye(server, Said::Stopping);
            return true;
        case 2:
            stage.tell("end by power off" + of(server));
            agents.power_off(server);
            return false;
        case 3:
            stage.tell("end by a goodbye that hangs" + of(server));
            agents.say_goodbye_and_hang(server);
            return true;
        case 4:
            stage.tell("end by a crash at connect" + of(server));
            agents.crash_at_next_connect(server);
            return true;
        case 5:
            stage.tell("end by a hang" + of(server));
            agents.stop(server);
            return false;
        default:
            stage.tell("end by a cut link" + of(server));
            agents.cut_link(server, true);
            return false;
    }
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
        stage.tell((hangs ? "goodbye that hangs" : "goodbye") + of(server));
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
