#pragma once
// The one reason for shared ownership in this folder: a thread of the library may be in the middle
// of a callback, or another thread in the middle of a wait, when the owner lets go.

#include <memory>
#include <utility>

namespace lumos::bus {

template <typename T>
using Shared = std::shared_ptr<T>;  // allow: see above

template <typename T, typename... Arguments>
Shared<T> make_shared_with(Arguments&&... arguments) {
    return std::make_shared<T>(std::forward<Arguments>(arguments)...);  // allow: see above
}

}  // namespace lumos::bus
