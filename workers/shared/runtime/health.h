#pragma once
// What /readyz shows: one entry per dependency. Thread-safe.

#include "workers/shared/runtime/guarded.h"

#include <map>
#include <string>

namespace lumos::runtime {

struct DependencyState {
    bool ok = false;
    std::string detail;
};

class Health {
public:
    void set(const std::string& dependency, bool ok, std::string detail = {});
    [[nodiscard]] bool ready() const;
    [[nodiscard]] std::map<std::string, DependencyState> all() const;

private:
    mutable Guarded<std::map<std::string, DependencyState>> states_;
};

}  // namespace lumos::runtime
