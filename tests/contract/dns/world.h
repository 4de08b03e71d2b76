#pragma once
// A DNS service for the suite: a provider, and what stands behind it. A further provider is a
// further World, and one line in kProviders.

#include "workers/shared/dns/provider.h"

#include <boost/json.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lumos::contract {

// What may happen to a write on its way.
enum class Trouble {
    AnswerNeverComes,     // The change is made; the answer does not come in time.
    NothingComes,         // Neither.
    CutBefore,            // The connection ends before the change is made.
    CutAfter,             // It ends after.
    ResetAfter,           // By RST.
    HalfAnAnswer,         // The change is made, the answer stops in the middle.
    ServerErrorBefore,    // 5xx, nothing was changed.
    ServerErrorAfter,     // 5xx, and yet it was.
    ForeignPageBefore,    // A page of somebody in between, 403.
    ForeignPageOk,        // A page of somebody in between, 200.
    ContradictionBefore,  // 200 that says no.
    LimitedBefore,        // 429 with a time to wait.
    LimitedWithPage,      // 429 with a page for browsers.
    ForbiddenBefore,      // A definite no: permission.
    ConflictBefore,       // 409.
    TimeoutBefore,        // 408.
    AnswersOtherContent,  // The answer shows another content than was asked for.
    AnswersOtherTtl,
    AnswersOtherProxied,
    AnswersOtherComment,
    AnswersOtherName,
};

class World {
public:
    virtual ~World() = default;
    [[nodiscard]] virtual dns::Provider& provider() = 0;
    // Of the same service, with a token that may only read; with one that nobody knows.
    [[nodiscard]] virtual dns::Provider& reader() = 0;
    [[nodiscard]] virtual dns::Provider& stranger() = 0;
    [[nodiscard]] virtual std::string zone_id() const = 0;  // Of example.com.

    // Somebody's hand: an object with type, name, content, ttl, proxied, comment … Its id.
    virtual std::string put(const boost::json::object& record) = 0;
    // The same hand at the only record of that name and type: the members given are changed.
    virtual void edit(const boost::json::object& record) = 0;
    [[nodiscard]] virtual std::string content(
        const std::string& name, const std::string& type) const = 0;
    [[nodiscard]] virtual boost::json::value field(
        const std::string& name, const std::string& type, const std::string& key) const = 0;
    [[nodiscard]] virtual std::size_t records() const = 0;
    // Calls so far; those that changed something.
    [[nodiscard]] virtual std::int64_t calls() const = 0;
    [[nodiscard]] virtual std::int64_t writes() const = 0;

    // Meets the next write, once.
    virtual void trouble(Trouble trouble) = 0;
    // The next read gets a server error, a page of somebody in between, or an end of the
    // connection.
    virtual void trouble_reading(Trouble trouble) = 0;
    virtual void stop() = 0;  // Nobody listens any more.
};

struct ProviderCase {
    std::string name;
    std::function<std::unique_ptr<World>()> make;
};

extern const std::vector<ProviderCase> kProviders;

}  // namespace lumos::contract
