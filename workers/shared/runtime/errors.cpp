#include "workers/shared/runtime/errors.h"

#include <cstdio>
#include <cstdlib>

namespace lumos::runtime {

void ensure(bool condition, const char* claim) {
    if (condition) {
        return;
    }
    std::fprintf(stderr, "broken claim, this is a bug: %s\n", claim);
    std::abort();
}

}  // namespace lumos::runtime
