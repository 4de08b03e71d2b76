#pragma once
// Which route a path belongs to. Pure; not changed after the server has started, then safe from any
// thread. Where several fit, the one with a fixed segment instead of a capture wins, from the left.

#include "workers/shared/http/server.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::http {

class Router {
public:
    void add(std::string method, const std::string& pattern, Handler handler);
    [[nodiscard]] std::vector<Server::Route> routes() const;

    struct Match {
        const Handler* handler = nullptr;  // Null: no route for this method.
        std::map<std::string, std::string> captures;
        std::vector<std::string> methods;  // Of the routes that fit the path; empty: it is unknown.
    };
    // target: the request's raw target; its segments are decoded one by one, so that an encoded
    // slash stays inside its segment.
    [[nodiscard]] Match find(std::string_view method, std::string_view target) const;

private:
    struct Entry {
        std::string method;
        std::string pattern;
        std::vector<std::string> segments;  // A capture as "{name}".
        Handler handler;
    };
    [[nodiscard]] static bool fits(const Entry& entry, const std::vector<std::string>& segments);
    [[nodiscard]] static bool is_closer(const Entry& a, const Entry& b);

    std::vector<Entry> entries_;
};

// Nothing where a percent sign is not followed by two hexadecimal digits.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace lumos::http
