#include "tests/support/child_process.h"

#include "tests/support/temp_dir.h"
#include "tests/support/wait_until.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

namespace lumos::support {
namespace {

// The kernel's "parent died" is about the thread that forked, not its process. So one thread, which
// lives as long as the process, forks all children.
class Forker {
public:
    static Forker& instance() {
        static Forker forker;
        return forker;
    }

    pid_t run(const std::function<pid_t()>& task) {
        const std::lock_guard one_at_a_time(callers_);
        std::unique_lock lock(mutex_);
        task_ = &task;
        changed_.notify_all();
        changed_.wait(lock, [&] { return task_ == nullptr; });
        return result_;
    }

private:
    Forker() = default;

    void loop(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        while (changed_.wait(lock, stop, [&] { return task_ != nullptr; })) {
            result_ = (*task_)();
            task_ = nullptr;
            changed_.notify_all();
        }
    }

    std::mutex callers_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    const std::function<pid_t()>* task_ = nullptr;
    pid_t result_ = -1;
    std::jthread thread_{[this](const std::stop_token& stop) { loop(stop); }};
};

// All that the child needs is made before the fork: after it, in a process of many threads, only
// plain system calls are safe.
struct Prepared {
    std::vector<std::string> words;
    std::vector<std::string> environment;
    std::vector<char*> argv;
    std::vector<char*> envp;
    std::optional<OrdinaryUser> user;
    pid_t parent = getpid();
    int output = -1;
    int trouble = -1;  // The child writes errno here where exec fails; closed by exec.
};

std::string name_of(const std::string& assignment) {
    return assignment.substr(0, assignment.find('='));
}

Prepared prepare(const ChildOptions& options) {
    Prepared prepared;
    prepared.words = options.command;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        bool is_replaced = false;
        for (const auto& own : options.environment) {
            is_replaced = is_replaced || name_of(own) == name_of(*variable);
        }
        if (!is_replaced) {
            prepared.environment.emplace_back(*variable);
        }
    }
    for (const auto& own : options.environment) {
        if (own.find('=') != std::string::npos) {
            prepared.environment.push_back(own);
        }
    }
    for (auto& word : prepared.words) {
        prepared.argv.push_back(word.data());
    }
    for (auto& variable : prepared.environment) {
        prepared.envp.push_back(variable.data());
    }
    prepared.argv.push_back(nullptr);
    prepared.envp.push_back(nullptr);
    if (options.as_ordinary_user) {
        prepared.user = ordinary_user();
    }
    return prepared;
}

[[noreturn]] void become(const Prepared& prepared, const ChildOptions& options) {
    const auto give_up = [&] {
        const int error = errno;
        (void)!write(prepared.trouble, &error, sizeof error);
        _exit(127);
    };
    setsid();  // A Ctrl-C in the terminal is for the test; it ends us in order.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    if (prepared.user &&
        (setresgid(prepared.user->group, prepared.user->group, prepared.user->group) != 0 ||
         setresuid(prepared.user->user, prepared.user->user, prepared.user->user) != 0)) {
        give_up();
    }
    // After the change of user, which would clear it.
    prctl(PR_SET_PDEATHSIG, options.death_signal);
    if (getppid() != prepared.parent ||
        (!options.directory.empty() && chdir(options.directory.c_str()) != 0)) {
        give_up();
    }
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    dup2(prepared.output, STDOUT_FILENO);
    dup2(prepared.output, STDERR_FILENO);
    execvpe(prepared.argv[0], prepared.argv.data(), prepared.envp.data());
    give_up();
    _exit(127);
}

}  // namespace

std::optional<OrdinaryUser> ordinary_user() {
    if (geteuid() != 0) {
        return std::nullopt;
    }
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> buffer{};
    for (const char* name : {"postgres", "nobody"}) {
        if (getpwnam_r(name, &entry, buffer.data(), buffer.size(), &found) == 0 &&
            found != nullptr) {
            return OrdinaryUser{entry.pw_uid, entry.pw_gid};
        }
    }
    throw std::runtime_error("neither a user postgres nor nobody exists");
}

ChildProcess::ChildProcess(ChildOptions options) : options_(std::move(options)) {
    Prepared prepared = prepare(options_);
    const std::string file = options_.output_file.empty() ? "/dev/null" : options_.output_file;
    prepared.output = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    std::array<int, 2> trouble{};
    if (prepared.output < 0 || pipe2(trouble.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error(
            "cannot start " + options_.command.at(0) + ": " + std::strerror(errno));
    }
    prepared.trouble = trouble[1];
    pid_ = Forker::instance().run([&] {
        const pid_t pid = fork();
        if (pid == 0) {
            become(prepared, options_);
        }
        return pid;
    });
    close(prepared.output);
    close(trouble[1]);
    int error = 0;
    const auto told = read(trouble[0], &error, sizeof error);
    close(trouble[0]);
    if (pid_ < 0 || told > 0) {
        reap(0);
        throw std::runtime_error(
            "cannot start " + options_.command.at(0) + ": " + std::strerror(error));
    }
}

ChildProcess::~ChildProcess() {
    send(SIGKILL);
    reap(0);
}

void ChildProcess::send(int signal) const {
    if (!status_ && pid_ > 0) {
        kill(pid_, signal);
    }
}

std::optional<int> ChildProcess::reap(int flags) {
    int raw = 0;
    if (!status_ && pid_ > 0 && waitpid(pid_, &raw, flags) == pid_) {
        status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    }
    return status_;
}

bool ChildProcess::is_running() {
    return !reap(WNOHANG);
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds limit) {
    (void)wait_until([&] { return !is_running(); }, limit);
    return status_;
}

int ChildProcess::stop(std::chrono::milliseconds limit) {
    send(SIGTERM);
    send(SIGCONT);
    if (!wait(limit)) {
        send(SIGKILL);
        reap(0);
    }
    return status_.value_or(-1);
}

std::string ChildProcess::output() const {
    return options_.output_file.empty() ? "" : read_file(options_.output_file);
}

}  // namespace lumos::support
