// The checked model's world, for real: two workers, a primary that flaps, workers that die or lose
// their session at any step, a provider that refuses, says nothing, or lands a write late, reads
// that fail or are stale; a seeded scheduler chooses what happens next. When nothing can move any
// more, what is published is what is wanted and what DNS shows, and every event begins where the
// last one ended.

#include "sql/error.h"
#include "sql/request_store.h"
#include "tests/store/failover/stepped_worker.h"
#include "tests/store/failover/switch_world.h"
#include "tests/support/wait_until.h"

#include <boost/json.hpp>
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

namespace lumos::failover::testing {
namespace {

using namespace std::chrono_literals;
using Write = fakes::WriteBehaviour;
using Read = fakes::ReadBehaviour;

// Each fault a number of times at most, as in the model.
struct Budget {
    int flaps = 4;
    int crashes = 2;
    int stalls = 1;
    int silences = 2;
    int refusals = 1;
    int stale_reads = 2;
};

class Scheduler {
public:
    Scheduler(SwitchWorld& world, Id primary, Id secondary, unsigned seed)
        : world_(world),
          primary_(primary),
          secondary_(secondary),
          random_(seed) {}

    void run() {
        for (int turn = 0; turn < 160; ++turn) {
            if (turn % 8 == 0) {
                world_.keep_hearing();
            }
            act();
        }
        come_to_rest();
    }

    [[nodiscard]] bool is_up() const { return up_; }
    [[nodiscard]] std::string story() const { return story_; }

private:
    void act() {
        switch (pick(12)) {
            case 0:
                flap();
                break;
            case 1:
                crash(any_worker());
                break;
            case 2:
                stall(any_worker());
                break;
            case 3:
                trouble_the_provider();
                break;
            case 4:
                time_passes();
                break;
            default:
                move(any_worker());
        }
    }

    void flap() {
        if (budget_.flaps-- <= 0) {
            return;
        }
        up_ = !up_;
        tell(up_ ? "up" : "down");
        if (up_) {
            world_.gets_ready(primary_);
        } else {
            world_.goes_out(primary_);
        }
        world_.answers(secondary_);
        expand();
    }

    void crash(SteppedWorker& worker) {
        if (worker.state() == SteppedWorker::State::AtStep && budget_.crashes > 0) {
            --budget_.crashes;
            tell("dies at " + worker.step());
            worker.die();
            (void)worker.state();
            end_reservation();  // It runs out, and its maker is no more.
        }
    }

    void stall(SteppedWorker& worker) {
        if (worker.state() != SteppedWorker::State::AtStep || budget_.stalls <= 0) {
            return;
        }
        --budget_.stalls;
        if (pick(2) == 0) {
            tell("loses its session at " + worker.step());
            worker.lose_session();
        } else {
            tell("reservation runs out at " + worker.step());
        }
        end_reservation();
    }

    void trouble_the_provider() {
        if (pick(3) == 0 && budget_.silences-- > 0) {
            const auto kind = std::array{
                Write::Kind::SilenceApplied,
                Write::Kind::SilenceLost,
                Write::Kind::SilenceLate,
                Write::Kind::SilenceLate};
            const auto which = pick(4);
            tell("silence " + std::to_string(which));
            world_.dns.next_write({.kind = kind[which]});
        } else if (pick(2) == 0 && budget_.refusals-- > 0) {
            tell("refusal");
            if (pick(2) == 0) {
                world_.dns.next_write({.kind = Write::Kind::Refuse});
            } else {
                world_.dns.next_read({.kind = Read::Kind::Fail});
            }
        } else if (world_.dns.has_changed_lately() && budget_.stale_reads-- > 0) {
            tell("stale read");
            world_.dns.next_read({.kind = Read::Kind::Stale});
        }
    }

    void time_passes() {
        switch (pick(5)) {
            case 0:
                pass("UPDATE domains SET retry_at = clock_timestamp() WHERE retry_at IS NOT NULL");
                break;
            case 1:
                if (pick(2) == 0 ? world_.dns.land_late() : world_.dns.drop_late()) {
                    tell("landed or lost");
                }
                break;
            default:
                ripen();
        }
    }

    // A doubt is over when all that was sent before it has landed, can be seen, and nobody may
    // still send.
    void ripen() {
        const bool in_the_air = world_.dns.late() > 0 || first_.may_write_without_lock() ||
                                second_.may_write_without_lock();
        if (in_the_air) {
            return;
        }
        world_.dns.forget_the_past();
        pass(
            "UPDATE domains SET doubt_until = clock_timestamp() - interval '1 millisecond' "
            "WHERE doubt_until > clock_timestamp()");
    }

    void end_reservation() {
        pass(
            "UPDATE zone_work SET reserved_until = clock_timestamp() - interval '1 millisecond' "
            "WHERE reserved_until IS NOT NULL");
    }

    // Time that passes; where a worker holds the row it makes no difference yet.
    void pass(const std::string& text) {
        try {
            sql::Transaction transaction(*session_, {.lock_wait = 5ms});
            (void)transaction.run_text(text);
            transaction.commit();
        } catch (const sql::Busy&) {
            return;
        }
    }

    void move(SteppedWorker& worker) {
        switch (worker.state()) {
            case SteppedWorker::State::AtStep:
                worker.go();
                (void)worker.state();
                break;
            case SteppedWorker::State::Idle:
                if (has_work()) {
                    worker.start();
                    (void)worker.state();
                }
                break;
            case SteppedWorker::State::Running:
                break;
        }
    }

    bool has_work() {
        return world_.number(
                   "SELECT count(*) AS value FROM zone_work WHERE "
                   "coalesce(reserved_until <= clock_timestamp(), true) AND (due_at IS NOT NULL OR "
                   "EXISTS (SELECT FROM check_requests))") > 0;
    }

    void expand() { (void)sql::expand_server_requests(*session_, 0ms, 100); }

    // No more faults; whatever is under way ends, whatever is due is done.
    void come_to_rest() {
        tell("rest");
        for (auto* worker : {&first_, &second_}) {
            ASSERT_TRUE(support::wait_until(
                [&] {
                    if (worker->state() == SteppedWorker::State::AtStep) {
                        worker->go();
                    }
                    return worker->state() == SteppedWorker::State::Idle;
                },
                20s));
        }
        world_.dns.end_script();
        for (int turn = 0; turn < 40 && !is_at_rest(); ++turn) {
            world_.keep_hearing();
            expand();
            world_.end_reservation();
            while (world_.dns.land_late()) {
            }
            ripen();
            world_.ring_alarms();
            (void)world_.check();
        }
        EXPECT_TRUE(is_at_rest()) << "something is due for ever: " << story_;
    }

    bool is_at_rest() {
        return world_.dns.late() == 0 &&
               world_.number(
                   "SELECT (SELECT count(*) FROM check_requests) + "
                   "(SELECT count(*) FROM zone_work WHERE due_at IS NOT NULL) AS value") == 0;
    }

    SteppedWorker& any_worker() { return pick(2) == 0 ? first_ : second_; }
    std::size_t pick(std::size_t choices) {
        return std::uniform_int_distribution<std::size_t>(0, choices - 1)(random_);
    }
    void tell(const std::string& what) { story_ += what + "; "; }

    SwitchWorld& world_;
    Id primary_;
    Id secondary_;
    std::mt19937 random_;
    Budget budget_;
    bool up_ = true;
    std::string story_;
    std::unique_ptr<sql::Connection> session_ = world_.new_session("failover/expand");
    SteppedWorker first_{world_, "first"};
    SteppedWorker second_{world_, "second"};
};

class ModelConformance : public ::testing::Test {
protected:
    SwitchWorld world;
    Id primary = world.server("fra-1");
    Id secondary = world.server("iad-1");
    Id www = world.domain("www.example.com", {primary, secondary});

    void begin_anew() {
        world.run("DELETE FROM events");
        world.run("DELETE FROM dns_changes");
        world.run("DELETE FROM decisions");
        world.run("DELETE FROM check_requests");
        world.run("DELETE FROM waiting_for");
        world.run("DELETE FROM provider_budgets");
        world.run("DELETE FROM zone_work");
        world.run(fmt::format("INSERT INTO zone_work (zone_id) VALUES ({})", world.zone));
        world.gets_ready(primary);
        world.gets_ready(secondary);
        world.run("DELETE FROM check_requests");
        world.run("DELETE FROM domain_servers");
        world.run("DELETE FROM domains");
        world.dns.remove("www.example.com", "A");
        world.dns.end_script();
        www = world.domain("www.example.com", {primary, secondary});
    }

    // CONVERGED and EVENTS, as the model names them.
    void expect_converged(bool up) {
        const std::string wanted = up ? "203.0.113.1" : "203.0.113.2";
        EXPECT_EQ(world.published(www), up ? "fra-1" : "iad-1");
        EXPECT_EQ(world.domain_value(www, "host(published_ipv4)"), wanted);
        EXPECT_EQ(world.domain_value(www, "failover_status"), up ? "active" : "failed_over");
        EXPECT_EQ(world.dns.content("www.example.com"), wanted);
        EXPECT_TRUE(world.is_settled());
        std::string at = "203.0.113.1";
        for (const auto& event : world.events()) {
            const auto data = boost::json::parse(event.data).as_object();
            EXPECT_EQ(data.at("fromIp").as_string(), at);
            at = data.at("toIp").as_string();
        }
        EXPECT_EQ(at, wanted);
        EXPECT_EQ(
            world.number("SELECT count(*) AS value FROM events"),
            world.number("SELECT count(*) AS value FROM deliveries"));
    }
};

unsigned seeds() {
    const char* asked = std::getenv("LUMOS_TEST_SEEDS");
    return asked == nullptr ? 25 : static_cast<unsigned>(std::stoul(asked));
}

TEST_F(ModelConformance, ConvergesAndTellsEveryTransitionOnceWhateverGoesWrong) {
    for (unsigned seed = 1; seed <= seeds() && !HasFailure(); ++seed) {
        begin_anew();
        Scheduler scheduler(world, primary, secondary, seed);

        scheduler.run();

        SCOPED_TRACE(fmt::format("seed {}: {}", seed, scheduler.story()));
        expect_converged(scheduler.is_up());
    }
}

}  // namespace
}  // namespace lumos::failover::testing
