#include "workers/shared/runtime/process.h"

#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/log.h"
#include "workers/shared/runtime/signals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>

namespace lumos::runtime {
namespace {

using ::testing::HasSubstr;
using Body = std::function<void(const Process&)>;

// A process of its own that runs `body` under run_process and writes to a pipe what the test waits
// for.
class Child {
public:
    using Notify = std::function<void(const std::string&)>;
    explicit Child(
        const std::function<void(const Process&, const Notify&)>& body,
        std::vector<std::string> arguments = {}) {
        std::array<int, 2> ends{};
        if (pipe(ends.data()) != 0) {
            throw std::runtime_error("no pipe");
        }
        pid_ = fork();
        if (pid_ == 0) {
            close(ends[0]);
            dup2(ends[1], STDERR_FILENO);
            run(body, ends[1], std::move(arguments));
        }
        close(ends[1]);
        output_ = ends[0];
    }
    ~Child() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
        }
        close(output_);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    void signal(int number) const { ::kill(pid_, number); }

    // Reads until the text has come or the output has ended.
    bool says(const std::string& text) {
        while (seen_.find(text) == std::string::npos) {
            pollfd ready{output_, POLLIN, 0};
            std::array<char, 4096> buffer{};
            const auto got =
                poll(&ready, 1, 20'000) == 1 ? read(output_, buffer.data(), buffer.size()) : 0;
            if (got <= 0) {
                return false;
            }
            seen_.append(buffer.data(), static_cast<std::size_t>(got));
        }
        return true;
    }
    int exit_status() {
        int status = 0;
        waitpid(std::exchange(pid_, 0), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    [[nodiscard]] const std::string& seen() const { return seen_; }

private:
    [[noreturn]] static void run(
        const std::function<void(const Process&, const Notify&)>& body,
        int out,
        std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "lumos-test");
        std::vector<char*> argv;
        for (auto& argument : arguments) {
            argv.push_back(argument.data());
        }
        argv.push_back(nullptr);
        const Notify notify = [out](const std::string& text) {
            (void)!write(out, text.data(), text.size());
        };
        const int status = run_process(
            {"lumos-test", {}},
            static_cast<int>(argv.size()) - 1,
            argv.data(),
            [&](const Process& process) { body(process, notify); });
        _exit(status);
    }

    pid_t pid_ = 0;
    int output_ = -1;
    std::string seen_;
};

void wait_for_stop(const Process& process) {
    pause(process.stop(), std::chrono::seconds(30));
}

TEST(RunProcess, EndsWithZeroWhenItIsAskedToStop) {
    for (const int signal : {SIGTERM, SIGINT}) {
        Child child([](const Process& process, const auto& notify) {
            notify("running");
            wait_for_stop(process);
        });
        ASSERT_TRUE(child.says("running"));
        child.signal(signal);
        EXPECT_EQ(child.exit_status(), 0);
    }
}

TEST(RunProcess, EndsWithOneWhenTheBodyFailsAndSaysWhy) {
    Child child([](const Process&, const auto&) { throw std::runtime_error("the disk is full"); });
    EXPECT_TRUE(child.says("process_failed error=\"the disk is full\""));
    EXPECT_EQ(child.exit_status(), 1);
}

TEST(RunProcess, EndsWithTwoWhenTheConfigurationIsWrong) {
    Child child([](const Process&, const auto&) { throw UsageError("LUMOS_X: is wrong; set it"); });
    EXPECT_TRUE(child.says("lumos-test: LUMOS_X: is wrong; set it\n"));
    EXPECT_EQ(child.exit_status(), 2);
    Child other(
        [](const Process&, const auto& notify) { notify("started anyway"); },
        {"--log-level", "loud"});
    EXPECT_FALSE(other.says("started anyway"));
    EXPECT_EQ(other.exit_status(), 2);
}

TEST(RunProcess, CallsBackOnReloadAndGoesOn) {
    Child child([](const Process& process, const auto& notify) {
        const auto reload = process.on_reload([&] { notify("reloaded"); });
        notify("running");
        wait_for_stop(process);
    });
    ASSERT_TRUE(child.says("running"));
    child.signal(SIGHUP);
    ASSERT_TRUE(child.says("reloaded"));
    child.signal(SIGTERM);
    EXPECT_EQ(child.exit_status(), 0);
}

TEST(RunProcess, DoesNotCallBackWhenTheHookIsGone) {
    Child child([](const Process& process, const auto& notify) {
        {
            const auto reload = process.on_reload([&] { notify("reloaded"); });
        }
        notify("running");
        wait_for_stop(process);
        notify("stopping");
    });
    ASSERT_TRUE(child.says("running"));
    child.signal(SIGHUP);
    child.signal(SIGTERM);
    EXPECT_FALSE(child.says("reloaded"));
    EXPECT_EQ(child.exit_status(), 0);
}

TEST(Signals, EndTheProcessWhenItIsDeafToBeingStopped) {
    const pid_t child = fork();
    if (child == 0) {
        const Signals signals(std::chrono::milliseconds(100));
        ::raise(SIGTERM);
        ::kill(getpid(), SIGTERM);
        pause(std::stop_token{}, std::chrono::seconds(40));
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 1);
}

// systemd's side of the socket.
class NotifySocket {
public:
    NotifySocket() {
        std::string pattern = (std::filesystem::temp_directory_path() / "notify-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
        path_ = (folder_ / "socket").string();
        socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path_.c_str(), sizeof(address.sun_path) - 1);
        if (bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
            throw std::runtime_error("no socket");
        }
        setenv("NOTIFY_SOCKET", path_.c_str(), 1);
    }
    ~NotifySocket() {
        unsetenv("NOTIFY_SOCKET");
        close(socket_);
        std::filesystem::remove_all(folder_);
    }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    [[nodiscard]] std::string next() const {
        pollfd ready{socket_, POLLIN, 0};
        std::array<char, 512> buffer{};
        const auto got =
            poll(&ready, 1, 20'000) == 1 ? recv(socket_, buffer.data(), buffer.size(), 0) : 0;
        return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
    }

private:
    std::filesystem::path folder_;
    std::string path_;
    int socket_ = -1;
};

TEST(RunProcess, TellsSystemdHowItIs) {
    const NotifySocket systemd;
    setenv("WATCHDOG_USEC", "1000000", 1);
    Child child([](const Process& process, const auto& notify) {
        process.ready();
        process.status("all well");
        process.alive();
        process.alive();
        notify("running");
        wait_for_stop(process);
    });
    unsetenv("WATCHDOG_USEC");
    EXPECT_EQ(systemd.next(), "READY=1");
    EXPECT_EQ(systemd.next(), "STATUS=all well");
    EXPECT_EQ(systemd.next(), "WATCHDOG=1");
    ASSERT_TRUE(child.says("running"));
    child.signal(SIGTERM);
    EXPECT_EQ(systemd.next(), "STOPPING=1");
    EXPECT_EQ(child.exit_status(), 0);
}

TEST(Health, IsReadyWhenSomethingWasLookedAtAndAllIsWell) {
    Health health;
    EXPECT_FALSE(health.ready());
    health.set("bus", true);
    EXPECT_TRUE(health.ready());
    health.set("database", false, "connection refused");
    EXPECT_FALSE(health.ready());
    EXPECT_EQ(health.all().at("database").detail, "connection refused");
    health.set("database", true);
    EXPECT_TRUE(health.ready());
}

TEST(Pause, EndsAtOnceWhenAskedToStop) {
    std::stop_source source;
    source.request_stop();
    EXPECT_FALSE(pause(source.get_token(), std::chrono::hours(1)));
    EXPECT_TRUE(pause(std::stop_token{}, std::chrono::milliseconds(1)));
}

}  // namespace
}  // namespace lumos::runtime
