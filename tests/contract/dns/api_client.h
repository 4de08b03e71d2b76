#pragma once
// Plain calls of the simulator's API and controls, for tests that look at the very bytes.

#include "tests/cloudflare/simulator.h"
#include "workers/shared/http/client.h"

#include <boost/json.hpp>

#include <string>

namespace lumos::contract {

class ApiClient {
public:
    // root: "http://127.0.0.1:PORT"
    explicit ApiClient(std::string root, std::string token = std::string(40, 'a'))
        : root_(std::move(root)),
          token_(std::move(token)) {}
    explicit ApiClient(const simulator::Simulator& simulator)
        : ApiClient("http://127.0.0.1:" + std::to_string(simulator.port())) {}

    [[nodiscard]] http::Response call(
        const std::string& method, const std::string& path, const std::string& body = "") {
        http::Request request;
        request.method = method;
        request.url = root_ + "/client/v4" + path;
        request.headers = {
            {"Authorization", "Bearer " + token_}, {"Content-Type", "application/json"}};
        request.body = body;
        return client_.send(request);
    }
    [[nodiscard]] boost::json::value json(
        const std::string& method, const std::string& path, const std::string& body = "") {
        return boost::json::parse(call(method, path, body).body);
    }
    // "81058 An identical record already exists." and the HTTP status before it.
    [[nodiscard]] std::string refusal(
        const std::string& method, const std::string& path, const std::string& body = "") {
        const http::Response response = call(method, path, body);
        const auto error = boost::json::parse(response.body).at("errors").at(0);
        return std::to_string(response.status) + " " + boost::json::serialize(error.at("code")) +
               " " + std::string(error.at("message").as_string());
    }
    [[nodiscard]] boost::json::value control(
        const std::string& method, const std::string& path, const std::string& body = "") {
        http::Request request;
        request.method = method;
        request.url = root_ + "/simulator" + path;
        request.body = body;
        request.deadline = std::chrono::seconds(70);
        return boost::json::parse(client_.send(request).body);
    }

private:
    std::string root_;
    std::string token_;
    http::CurlClient client_;
};

}  // namespace lumos::contract
