// The gauges say what stands in the database.

#include "workers/console/state_metrics.h"

#include "tests/store/console/api_test_base.h"

#include <gmock/gmock.h>

namespace lumos::console::testing {
namespace {

using ::testing::HasSubstr;

// Moves when it is told to.
class HandClock final : public runtime::Clock {
public:
    [[nodiscard]] Time now() const override { return runtime::SystemClock().now(); }
    [[nodiscard]] runtime::SteadyTime steady() const override { return steady_; }
    [[nodiscard]] runtime::BootTime boot() const override { return runtime::SystemClock().boot(); }
    void advance(std::chrono::seconds by) { steady_ += by; }

private:
    runtime::SteadyTime steady_{};
};

class StateMetricsTest : public ApiTest {
protected:
    // As if 15 s had gone by.
    std::string shown() {
        clock_.advance(std::chrono::seconds(15));
        metrics_.look_when_due();
        return runtime::metrics::exposition();
    }

    HandClock clock_;
    StateMetrics metrics_{parts().database, clock_};
};

TEST_F(StateMetricsTest, NobodyWasEverHeardIsNoSmallLag) {
    EXPECT_THAT(shown(), HasSubstr("\nlumos_hearing_lag_seconds 1000000000\n"));
}

TEST_F(StateMetricsTest, CountsDomainsByState) {
    set_up_domain();
    EXPECT_THAT(shown(), HasSubstr("\nlumos_domains{state=\"active\"} 1\n"));
    run("UPDATE domains SET failover_status = 'failed_over', failed_over_at = now(), "
        "doubt_until = clock_timestamp() - interval '90 s', not_ours = 'x'");
    const auto text = shown();
    for (const auto* state : {"failed_over", "not_ours", "in_doubt"}) {
        EXPECT_THAT(text, HasSubstr("\nlumos_domains{state=\"" + std::string(state) + "\"} 1\n"));
    }
    EXPECT_THAT(text, HasSubstr("\nlumos_domains{state=\"active\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("\nlumos_doubt_overdue_seconds 9"));
}

TEST_F(StateMetricsTest, ShowsWhatWaitsAndForHowLong) {
    set_up_domain();
    run("DELETE FROM check_requests");
    EXPECT_THAT(shown(), HasSubstr("\nlumos_check_oldest_seconds 0\n"));
    run("INSERT INTO check_requests (zone_id, cause, requested_at) "
        "SELECT id, 'operator', clock_timestamp() - interval '40 s' FROM zones");
    run("UPDATE outbox SET published_at = NULL, created_at = clock_timestamp() - interval '50 s'");
    run("INSERT INTO dns_changes (id, account_id, zone_id, domain_id, attempt, kind, to_server, "
        "ttl, "
        "records_before, trigger, decided_at) SELECT gen_random_uuid(), account_id, zone_id, id, "
        "gen_random_uuid(), 'switch', published_server, 60, '[]', 'cycle', "
        "clock_timestamp() - interval '60 s' FROM domains");
    const auto text = shown();
    EXPECT_THAT(text, HasSubstr("\nlumos_checks_waiting 1\n"));
    EXPECT_THAT(text, HasSubstr("\nlumos_check_oldest_seconds 4"));
    EXPECT_THAT(text, HasSubstr("\nlumos_outbox_oldest_seconds 5"));
    EXPECT_THAT(text, HasSubstr("\nlumos_changes_pending 1\n"));
    EXPECT_THAT(text, HasSubstr("\nlumos_change_oldest_seconds 6"));
}

TEST_F(StateMetricsTest, ABlockedTokenHasNoCallsLeft) {
    set_up_acme();
    EXPECT_THAT(
        shown(), HasSubstr("\nlumos_provider_calls_left{account=\"acme\",provider=\"cf-main\"} 1"));
    run("UPDATE provider_budgets SET blocked_until = clock_timestamp() + interval '1 h'");
    EXPECT_THAT(
        shown(),
        HasSubstr("\nlumos_provider_calls_left{account=\"acme\",provider=\"cf-main\"} 0\n"));
    remove(acme_ + "/zones/example.com");
    EXPECT_EQ(remove(acme_ + "/providers/cf-main").status, 200);
    EXPECT_THAT(
        shown(),
        HasSubstr("\nlumos_provider_calls_left{account=\"acme\",provider=\"cf-main\"} Nan\n"));
}

}  // namespace
}  // namespace lumos::console::testing
