#include "workers/failover/hearing_alarm.h"

#include "tests/store/failover/switch_world.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace lumos::failover::testing {
namespace {

using namespace std::chrono_literals;

// Steady time is what the test says; wall time is real.
class SetClock final : public runtime::Clock {
public:
    [[nodiscard]] Time now() const override { return real_.now(); }
    [[nodiscard]] runtime::SteadyTime steady() const override { return steady_; }
    [[nodiscard]] runtime::BootTime boot() const override { return real_.boot(); }
    void pass(std::chrono::seconds time) { steady_ += time; }

private:
    runtime::SystemClock real_;
    runtime::SteadyTime steady_{1h};
};

class HearingAlarmTest : public ::testing::Test {
protected:
    SwitchWorld world;
    SetClock clock;
    std::unique_ptr<sql::Connection> session = world.new_session();
    HearingAlarm alarm{world.after, clock, 120s};
    HearingAlarm replica{world.after, clock, 120s};

    void age_hearing(int seconds) {
        world.run(
            "UPDATE heard_nodes SET advanced_at = clock_timestamp() - interval '" +
            std::to_string(seconds) + " seconds'");
    }
    void lose_hearing() {
        for (const int age : {70, 76}) {
            age_hearing(age);
            alarm.run(*session);
            replica.run(*session);
            clock.pass(6s);
        }
        age_hearing(82);
    }
};

TEST_F(HearingAlarmTest, IsRaisedOnceByAllReplicasTogetherAndDeliveredToEveryAccount) {
    lose_hearing();

    alarm.run(*session);
    replica.run(*session);
    alarm.run(*session);

    ASSERT_EQ(world.event_types(), std::vector<std::string>{"hearing_lost"});
    EXPECT_EQ(
        world.text("SELECT kind || '/' || subject || '/' || coalesce(account_id::text, 'none') "
                   "AS value FROM events"),
        "control/hearing/none");
    EXPECT_EQ(world.number("SELECT count(*) AS value FROM deliveries"), 1);
    const auto data = boost::json::parse(world.events()[0].data).as_object();
    EXPECT_EQ(data.at("nodes").as_array().size(), 1U);
}

TEST_F(HearingAlarmTest, EndsInTheSameIncidentWhenSomebodyHearsAgain) {
    lose_hearing();
    alarm.run(*session);
    world.keep_hearing();

    replica.run(*session);
    alarm.run(*session);

    ASSERT_EQ(world.event_types(), (std::vector<std::string>{"hearing_lost", "hearing_restored"}));
    EXPECT_EQ(world.events()[0].incident, world.events()[1].incident);
    EXPECT_EQ(world.number("SELECT count(*) AS value FROM alarms"), 0);
}

TEST_F(HearingAlarmTest, IsNotRaisedAtTheFirstLookAfterTheDatabaseWasAway) {
    age_hearing(180);
    alarm.run(*session);
    clock.pass(2s);
    world.keep_hearing();
    alarm.run(*session);

    EXPECT_TRUE(world.events().empty());
}

}  // namespace
}  // namespace lumos::failover::testing
