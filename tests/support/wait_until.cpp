#include "tests/support/wait_until.h"

#include <algorithm>
#include <thread>

namespace lumos::support {

bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    std::chrono::milliseconds step{1};
    while (true) {
        const bool is_last = std::chrono::steady_clock::now() >= end;
        if (condition()) {
            return true;
        }
        if (is_last) {
            return false;
        }
        std::this_thread::sleep_for(step);
        step = std::min(step * 2, std::chrono::milliseconds{20});
    }
}

}  // namespace lumos::support
