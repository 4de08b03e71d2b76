#include "workers/failover/deadline_timer.h"

#include "tests/support/wait_until.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace lumos::failover {
namespace {

using namespace std::chrono_literals;

// A child that has armed a timer and waits for ever (or until SIGALRM, when it has disarmed it).
pid_t child_with_timer(bool disarms) {
    std::array<int, 2> armed{};
    if (pipe(armed.data()) != 0) {
        return -1;
    }
    const pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        DeadlineTimer timer(200ms);
        if (disarms) {
            timer.disarm();
            alarm(1);  // Ends it by SIGALRM, long after the timer would have killed it.
        }
        if (write(armed[1], "", 1) != 1) {
            _exit(1);
        }
        for (;;) {
            pause();
        }
    }
    char byte = 0;
    const bool said = read(armed[0], &byte, 1) == 1;
    close(armed[0]);
    close(armed[1]);
    return said ? child : -1;
}

int end_of(pid_t child) {
    int status = 0;
    const bool ended =
        support::wait_until([&] { return waitpid(child, &status, WNOHANG) == child; }, 10s);
    if (!ended) {
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        return -1;
    }
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST(DeadlineTimer, KillsAProcessThatWaits) {
    EXPECT_EQ(end_of(child_with_timer(false)), SIGKILL);
}

TEST(DeadlineTimer, KillsAProcessThatIsStopped) {
    const pid_t child = child_with_timer(false);
    ASSERT_EQ(kill(child, SIGSTOP), 0);

    EXPECT_EQ(end_of(child), SIGKILL);
}

TEST(DeadlineTimer, LeavesAloneWhoHasDisarmedIt) {
    EXPECT_EQ(end_of(child_with_timer(true)), SIGALRM);
}

TEST(DeadlineTimer, MayBeDisarmedTwice) {
    DeadlineTimer timer(1h);

    timer.disarm();
    timer.disarm();
}

}  // namespace
}  // namespace lumos::failover
