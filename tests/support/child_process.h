#pragma once
// A program that a test starts. It dies with the test process, however that one ends, and is waited
// for. One thread at a time uses an object.

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace lumos::support {

// Who runs what refuses to run as root. Nothing: we are an ordinary user ourselves.
struct OrdinaryUser {
    uid_t user = 0;
    gid_t group = 0;
};
[[nodiscard]] std::optional<OrdinaryUser> ordinary_user();

struct ChildOptions {
    std::vector<std::string> command;  // The first is searched in PATH.
    std::vector<std::string> environment =
        {};                        // "KEY=value", on top of ours; "KEY" alone takes it away.
    std::string output_file = {};  // stdout and stderr, appended; "": /dev/null.
    std::string directory = {};    // "": ours.
    bool as_ordinary_user = false;
    int death_signal = SIGKILL;  // What the kernel sends it when the test process is gone.
};

class ChildProcess {
public:
    // Throws std::runtime_error where the program cannot be started.
    explicit ChildProcess(ChildOptions options);
    ~ChildProcess();  // SIGKILL, and waits.
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    void send(int signal) const;  // Nothing once it has ended.
    [[nodiscard]] bool is_running();

    // The exit status, 128 + the signal that killed it; nothing while it runs after `limit`.
    std::optional<int> wait(std::chrono::milliseconds limit);
    // SIGTERM, `limit`, SIGKILL; the status.
    int stop(std::chrono::milliseconds limit = std::chrono::seconds{15});

    [[nodiscard]] std::string output() const;  // So far.

private:
    std::optional<int> reap(int flags);

    ChildOptions options_;
    pid_t pid_ = -1;
    std::optional<int> status_;
};

}  // namespace lumos::support
