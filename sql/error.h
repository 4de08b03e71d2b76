#pragma once
// What can go wrong in the database, sorted by what to do next.

#include <stdexcept>

namespace lumos::sql {

// Somebody else holds it, or waiting for it took too long: expected; leave it or come back.
struct Busy : std::runtime_error {
    using runtime_error::runtime_error;
};

// A rule of the schema says no: `constraint` is its name (each has one).
struct Conflict : std::runtime_error {
    Conflict(const std::string& what, std::string name)
        : runtime_error(what),
          constraint(std::move(name)) {}
    std::string constraint;
};

// The session is gone: nothing of the transaction has happened. Make a new Connection.
struct Lost : std::runtime_error {
    using runtime_error::runtime_error;
};

// The session went during the commit: it may have happened. Make a new Connection and look.
struct InDoubt : std::runtime_error {
    using runtime_error::runtime_error;
};

// Our mistake, or a schema that does not fit: trying again does not help.
struct Broken : std::runtime_error {
    using runtime_error::runtime_error;
};

}  // namespace lumos::sql
