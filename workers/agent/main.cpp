// lumos-agent: runs on each shield server and says that it is there.

#include "workers/agent/agent_config.h"
#include "workers/agent/agent_worker.h"
#include "workers/shared/http/server.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/log.h"
#include "workers/shared/runtime/process.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stop_token>
#include <string>

namespace {

using namespace lumos;

// Where the program stands, asked before an upgrade puts another file there: a restart runs that
// one.
std::string path_of_program() {
    std::array<char, 4096> path{};
    const auto length = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
    return length > 0 ? std::string(path.data(), static_cast<std::size_t>(length)) : std::string{};
}

}  // namespace

int main(int argc, char** argv) {
    const auto program = path_of_program();
    // Outlives the process's signals, which request it on SIGHUP.
    std::stop_source restart;
    auto ending = agent::Ending::Stopped;
    const int status = runtime::run_process(
        {"lumos-agent", agent::agent_settings(), &agent::validate_agent},
        argc,
        argv,
        [&](const runtime::Process& process) {
            const runtime::SystemClock clock;
            const auto reload = process.on_reload([&restart] { restart.request_stop(); });
            const auto config = agent::read_agent_config(process.values());
            const auto health = http::serve_health(config.metrics_listen, process.health());
            agent::AgentWorker worker(config, process, clock);
            process.ready();
            ending = worker.run(process.stop(), restart.get_token());
            if (ending == agent::Ending::Restarting) {
                runtime::notify_systemd("RELOADING=1");
            }
        });
    if (status == 0 && ending == agent::Ending::Restarting) {
        ::execv(program.c_str(), argv);
        runtime::log_error(
            "restart_failed", {{"program", program}, {"error", std::strerror(errno)}});
        return 1;
    }
    return status;
}
