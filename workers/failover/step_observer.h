#pragma once
// Called before each step of the switch, under the step's name in the checked model
// (docs/switching.md). In production nobody listens; a test kills or stops the process there.

#include <string_view>

namespace lumos::failover {

class StepObserver {
public:
    virtual ~StepObserver() = default;
    // Thread-safe: several zones are switched at once.
    virtual void before(std::string_view step) = 0;
};

class NoObserver final : public StepObserver {
public:
    void before(std::string_view /*step*/) override {}
};

}  // namespace lumos::failover
