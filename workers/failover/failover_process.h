#pragma once
// The whole process, wired: main.cpp runs it with nobody watching its steps, a test with an
// observer that kills or stops it at one of them.

#include "workers/failover/step_observer.h"
#include "workers/shared/runtime/process.h"

namespace lumos::failover {

[[nodiscard]] runtime::ProcessInfo failover_process_info();

// Until the process is asked to stop. Throws runtime::UsageError as process 1 of a PID namespace,
// where the kernel timer that guards a write cannot kill.
void run_failover(const runtime::Process& process, StepObserver& observer);

}  // namespace lumos::failover
