// The very same lumos-failover, but for an observer of its steps: at the step named in
// LUMOS_TEST_STEP it kills (LUMOS_TEST_SIGNAL=KILL) or stops (STOP) itself, once: the file named in
// LUMOS_TEST_ONCE is made by whoever is hit.

#include "workers/failover/failover_process.h"
#include "workers/shared/runtime/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

namespace {

using namespace lumos;

std::string variable(const char* name) {
    const char* text = std::getenv(name);
    return text == nullptr ? "" : text;
}

class FaultAtStep final : public failover::StepObserver {
public:
    void before(std::string_view step) override {
        if (step != step_ || !is_first()) {
            return;
        }
        runtime::log_warn("fault_reached", {{"step", std::string(step)}, {"signal", signal_}});
        // To this very thread, so that it does not take another step before it is stopped.
        (void)raise(signal_ == "STOP" ? SIGSTOP : SIGKILL);
    }

private:
    [[nodiscard]] bool is_first() const {
        const int file = open(once_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
        if (file < 0) {
            return false;
        }
        close(file);
        return true;
    }

    const std::string step_ = variable("LUMOS_TEST_STEP");
    const std::string signal_ = variable("LUMOS_TEST_SIGNAL");
    const std::string once_ = variable("LUMOS_TEST_ONCE");
};

}  // namespace

int main(int argc, char** argv) {
    FaultAtStep fault;
    return runtime::run_process(
        failover::failover_process_info(), argc, argv, [&](const runtime::Process& process) {
            failover::run_failover(process, fault);
        });
}
