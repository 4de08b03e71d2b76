#include "tests/unit/presence/simulation/faults.h"

#include <algorithm>
#include <array>

namespace lumos::presence::simulation {

Moment timeout_of(const Stage& stage) {
    return stage.world.pace.limits.health_timeout;
}

int any_server(Stage& stage) {
    return stage.world.chance.number(0, stage.agents.servers() - 1);
}

void later(Stage& stage, Moment delay, std::function<void()> what) {
    stage.world.events.after(delay, std::move(what));
}

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

namespace {

// Short enough to go unnoticed, or long enough for everything to give up.
Moment some_while(Stage& stage) {
    Chance& chance = stage.world.chance;
    const Moment timeout = timeout_of(stage);
    return chance.says(0.5) ? chance.time(100ms, timeout / 4)
                            : chance.time(timeout / 4, timeout * 3 / 2);
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

}  // namespace lumos::presence::simulation
