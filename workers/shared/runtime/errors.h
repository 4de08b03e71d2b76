#pragma once
// Exceptions sorted by what to do next, not by where they come from.

#include <stdexcept>

namespace lumos::runtime {

// The world failed: it is tried again; what it was about stays due.
struct Transient : std::runtime_error {
    using runtime_error::runtime_error;
};

// Given up: trying again changes nothing without a person.
struct Permanent : std::runtime_error {
    using runtime_error::runtime_error;
};

// The configuration or the usage is wrong: exit status 2, one line that names the setting and the
// cure.
struct UsageError : std::runtime_error {
    using runtime_error::runtime_error;
};

// Our own bug: says so on stderr and aborts. Never used on input.
void ensure(bool condition, const char* claim);

}  // namespace lumos::runtime
