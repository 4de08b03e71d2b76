#pragma once
// The console's HTTP API as lumosctl uses it. What it refuses becomes CommandFailed with the exit
// status that fits, and the problem document's detail and fix as text.

#include "workers/shared/runtime/secret.h"

#include <boost/json/fwd.hpp>

#include <memory>
#include <string>

namespace lumos::http {
class Client;
}

namespace lumos::ctl {

class Api {
public:
    Api(std::string url, runtime::Secret token);
    ~Api();
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    // path: "/api/v1/…", already encoded.
    [[nodiscard]] boost::json::value get(const std::string& path);
    boost::json::value post(const std::string& path, const boost::json::value& body);
    boost::json::value patch(const std::string& path, const boost::json::value& body);
    boost::json::value remove(const std::string& path);

private:
    boost::json::value call(
        const std::string& method, const std::string& path, const std::string& body);

    std::string url_;
    runtime::Secret token_;
    std::unique_ptr<http::Client> client_;
};

// For one segment of a path, or a value in a query.
[[nodiscard]] std::string percent_encoded(const std::string& text);

}  // namespace lumos::ctl
