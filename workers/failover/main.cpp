#include "workers/failover/failover_process.h"

int main(int argc, char** argv) {
    using namespace lumos;
    failover::NoObserver nobody;
    return runtime::run_process(
        failover::failover_process_info(), argc, argv, [&](const runtime::Process& process) {
            failover::run_failover(process, nobody);
        });
}
