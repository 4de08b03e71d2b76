#pragma once
// The first transaction of a check, step by step: lock, look and decide, read_record, settle,
// decide again, intend. It holds the zone's lock from lock() until it is destroyed or ended. Steps
// are called in that order by ZoneSwitch; one thread uses an object.

#include "workers/failover/calls.h"
#include "workers/failover/check_end.h"
#include "workers/failover/intention.h"
#include "workers/failover/provider_source.h"
#include "workers/failover/recorder.h"
#include "workers/failover/step_observer.h"

#include <memory>
#include <optional>

namespace lumos::runtime {
class Clock;
}

namespace lumos::failover {

// What a check works with; all outlive it.
struct Tools {
    ProviderSource& providers;
    AfterCommit& after;
    const runtime::Clock& clock;
    StepObserver& observer;
};

class ZoneCheck {
public:
    ZoneCheck(const Tools& tools, sql::Connection& session, Id zone);

    // False: held by another, reserved, backing off, or gone.
    [[nodiscard]] bool lock();
    void look_and_decide();
    // A change is wanted or pending, or a doubt has ripened.
    [[nodiscard]] bool needs_provider() const;
    [[nodiscard]] bool wants_switch() const;  // Its calls go before others.
    // Several domains are concerned: the zone is read page by page, else the one name only.
    [[nodiscard]] bool reads_zone() const;
    [[nodiscard]] Id provider() const { return state_.zone.provider->id; }

    enum class Read { Done, Failed, NeedsMorePages };
    [[nodiscard]] Read read_record(int pages_max);
    void settle();
    void decide_again();
    // Nothing where there is nothing to be written.
    [[nodiscard]] std::optional<Intention> intend();

    // There are no calls until then.
    void note_no_calls(Time available_at);

    // Commits, then tells the world. `intended`: whether a change was. Returns when the zone is due
    // again.
    std::optional<std::chrono::microseconds> end(bool intended);
    // What must follow when the transaction is over: the provider said 429 to the read.
    [[nodiscard]] bool is_rate_limited() const { return rate_limited_; }
    [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }

private:
    void decide_all();
    void mark_concerned();
    void note_trouble(const ProviderProblem& problem);
    void settle_domain(DomainCheck& domain);
    void adopt(DomainCheck& domain, NowPublished now);

    const Tools& tools_;
    Id zone_;
    sql::ZoneTransaction transaction_;
    CheckState state_;
    std::optional<Recorder> recorder_;
    std::unique_ptr<dns::Provider> provider_;
    std::vector<dns::Record> records_;
    bool rate_limited_ = false;
    std::optional<std::chrono::seconds> retry_after_;
};

}  // namespace lumos::failover
