#include "workers/shared/http/server.h"

#include "workers/shared/http/httplib_server.h"
#include "workers/shared/http/router.h"
#include "workers/shared/http/worker_pool.h"
#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/log.h"
#include "workers/shared/runtime/metrics.h"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <future>
#include <thread>
#include <utility>

namespace lumos::http {
namespace {

struct HostPort {
    std::string host;
    int port = 0;
};

HostPort parse_listen(const std::string& listen) {
    const auto colon = listen.rfind(':');
    if (colon == std::string::npos || colon == 0) {
        throw runtime::UsageError(fmt::format("listen: {} is not host:port", listen));
    }
    auto host = listen.substr(0, colon);
    if (host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    }
    const auto port = listen.substr(colon + 1);
    const bool is_number = !port.empty() && port.size() <= 5 &&
                           port.find_first_not_of("0123456789") == std::string::npos;
    if (!is_number || std::stoi(port) > 65535) {
        throw runtime::UsageError(fmt::format("listen: {} is not host:port", listen));
    }
    return {host, std::stoi(port)};
}

std::string_view title_of(int status) {
    switch (status) {
        case 404:
            return "There is no such thing";
        case 405:
            return "This is not done here";
        case 413:
        case 414:
            return "Too much of it";
        case 500:
            return "A mistake of ours";
        default:
            return "A request that cannot be read";
    }
}

ServerResponse problem(int status, std::string_view type, std::string_view detail) {
    ServerResponse response;
    response.status = status;
    response.content_type = "application/problem+json";
    response.body = boost::json::serialize(boost::json::object{
        {"type", fmt::format("urn:lumos:problem:{}", type)},
        {"title", title_of(status)},
        {"status", status},
        {"field", nullptr},
        {"detail", detail},
        {"fix", nullptr}});
    return response;
}

// What cpp-httplib adds to a request's headers to tell where it came from.
bool is_pseudo_header(std::string_view name) {
    static constexpr std::array<std::string_view, 4> kNames{
        "REMOTE_ADDR", "REMOTE_PORT", "LOCAL_ADDR", "LOCAL_PORT"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

ServerRequest translate(const httplib::Request& from) {
    ServerRequest request;
    request.method = from.method;
    request.path = from.path;
    request.query.insert(from.params.begin(), from.params.end());
    for (const auto& [name, value] : from.headers) {
        if (!is_pseudo_header(name)) {
            request.headers.emplace(name, value);
        }
    }
    request.body = from.body;
    request.remote_address = from.remote_addr;
    return request;
}

// Reads the body within its limit. Nothing, or what to answer instead.
std::optional<ServerResponse> read_body(
    const httplib::Request& from,
    const httplib::ContentReader& reader,
    std::size_t most,
    std::string& body) {
    const bool has_length = from.has_header("Content-Length");
    const bool is_chunked = from.has_header("Transfer-Encoding");
    if (has_length && is_chunked) {
        return problem(
            400, "invalid-request", "Content-Length and Transfer-Encoding exclude each other");
    }
    if (from.is_multipart_form_data()) {
        return problem(415, "invalid-request", "forms are not read here; send JSON");
    }
    if (!has_length && !is_chunked) {
        return std::nullopt;
    }
    bool is_too_large = false;
    const bool is_complete = reader([&](const char* data, std::size_t size) {
        is_too_large = size > most - body.size();
        if (!is_too_large) {
            body.append(data, size);
        }
        return !is_too_large;
    });
    if (is_too_large) {
        return problem(413, "too-large", fmt::format("the body is larger than {} bytes", most));
    }
    return is_complete
               ? std::nullopt
               : std::optional(problem(400, "invalid-request", "the body did not arrive whole"));
}

class HttplibTasks final : public httplib::TaskQueue {
public:
    explicit HttplibTasks(std::size_t threads) : pool_(threads) {}
    void enqueue(std::function<void()> job) override { pool_.enqueue(std::move(job)); }
    void shutdown() override { pool_.shutdown(); }

private:
    WorkerPool pool_;
};

}  // namespace

class Server::Impl {
public:
    explicit Impl(ServerOptions options)
        : options_(std::move(options)),
          http_(options_.read_timeout, options_.write_timeout) {
        const auto plain = [this](const httplib::Request& from, httplib::Response& to) {
            answer(translate(from), from.target, to);
        };
        const auto with_body = [this](
                                   const httplib::Request& from,
                                   httplib::Response& to,
                                   const httplib::ContentReader& reader) {
            answer_with_body(from, to, reader);
        };
        http_.Get(".*", plain).Options(".*", plain);
        http_.Post(".*", with_body)
            .Put(".*", with_body)
            .Patch(".*", with_body)
            .Delete(".*", with_body);
        http_.set_error_handler(
            [](const httplib::Request&, httplib::Response& to) { explain(to); });
        http_.set_tcp_nodelay(true);
        // Not SO_REUSEPORT, which is the default there: two processes would share a port unnoticed.
        http_.set_socket_options([](socket_t socket) {
            const int on = 1;
            (void)::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        });
    }

    ~Impl() { stop(); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void start() {
        const auto [host, port] = parse_listen(options_.listen);
        errno = 0;
        const bool is_bound =
            port == 0 ? (port_ = http_.bind_to_any_port(host)) > 0 : http_.bind_to_port(host, port);
        if (!is_bound) {
            throw runtime::UsageError(fmt::format(
                "cannot listen on {}: {}; choose another address",
                options_.listen,
                errno == 0 ? "unknown host" : std::strerror(errno)));
        }
        port_ = port == 0 ? port_.load() : port;
        std::promise<void> accepting;
        http_.new_task_queue = [&accepting, threads = options_.threads] {
            accepting.set_value();
            return std::make_unique<HttplibTasks>(threads).release();
        };
        accepter_ = std::jthread([this] { http_.listen_after_bind(); });
        // From here on stop() finds a server that can be stopped.
        accepting.get_future().wait();
    }

    void stop() {
        if (accepter_.joinable()) {
            http_.stop_reading();
            http_.stop();
            // Those accepted in between.
            http_.stop_reading();
            accepter_.join();
        }
    }

    [[nodiscard]] int port() const { return port_; }

    Router router_;
    std::function<ServerResponse(const ServerRequest&, const Handler&)> around_;

private:
    static void explain(httplib::Response& to) {
        if (to.body.empty() && to.status >= 400) {
            write(
                problem(
                    to.status,
                    to.status == 414 ? "too-large" : "invalid-request",
                    "this is not a request that can be read"),
                to);
        }
    }

    void answer_with_body(
        const httplib::Request& from, httplib::Response& to, const httplib::ContentReader& reader) {
        auto request = translate(from);
        if (auto refusal = read_body(from, reader, options_.body_bytes_max, request.body)) {
            // The rest of the body is still to come: nothing after it can be trusted.
            refusal->headers.emplace("Connection", "close");
            write_response(std::move(*refusal), to);
            return;
        }
        answer(std::move(request), from.target, to);
    }

    void answer(ServerRequest request, const std::string& target, httplib::Response& to) {
        const auto method = request.method == "HEAD" ? std::string("GET") : request.method;
        auto match = router_.find(method, target);
        request.captures = std::move(match.captures);
        Handler handler;
        if (match.handler != nullptr) {
            handler = *match.handler;
        } else {
            handler = [&match](const ServerRequest&) { return unknown(match.methods); };
        }
        write_response(guarded(request, handler), to);
    }

    static ServerResponse unknown(const std::vector<std::string>& methods) {
        if (methods.empty()) {
            return problem(404, "not-found", "there is nothing at this path");
        }
        const auto allow = fmt::format("{}", fmt::join(methods, ", "));
        auto response =
            problem(405, "method-not-allowed", fmt::format("this path knows {}", allow));
        response.headers.emplace("Allow", allow);
        return response;
    }

    ServerResponse guarded(const ServerRequest& request, const Handler& handler) const {
        try {
            return around_ ? around_(request, handler) : handler(request);
        } catch (const std::exception& error) {
            runtime::log_error(
                "http_handler_failed",
                {{"method", request.method}, {"path", request.path}, {"error", error.what()}});
            return problem(500, "internal", "this did not work; the log of the process says why");
        }
    }

    static void write(ServerResponse response, httplib::Response& to) {
        to.status = response.status;
        for (const auto& [name, value] : response.headers) {
            to.set_header(name, value);
        }
        to.set_content(response.body, response.content_type);
    }

    void write_response(ServerResponse response, httplib::Response& to) {
        if (!response.stream) {
            write(std::move(response), to);
            return;
        }
        to.status = response.status;
        for (const auto& [name, value] : response.headers) {
            to.set_header(name, value);
        }
        to.set_chunked_content_provider(
            response.content_type,
            [this, stream = std::move(response.stream)](std::size_t, httplib::DataSink& sink) {
                const auto write_part = [&sink](std::string_view part) {
                    return sink.write(part.data(), part.size());
                };
                if (http_.is_stopping() || !sink.is_writable() || !stream(write_part)) {
                    sink.done();
                }
                return true;
            });
    }

    const ServerOptions options_;
    HttplibServer http_;
    std::atomic<int> port_ = 0;
    std::jthread accepter_;
};

Server::Server(ServerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Server::~Server() = default;

void Server::route(const std::string& method, const std::string& pattern, Handler handler) {
    impl_->router_.add(method, pattern, std::move(handler));
}

std::vector<Server::Route> Server::routes() const {
    return impl_->router_.routes();
}

void Server::wrap(std::function<ServerResponse(const ServerRequest&, const Handler&)> around) {
    impl_->around_ = std::move(around);
}

void Server::start() {
    impl_->start();
}

int Server::port() const {
    return impl_->port();
}

void Server::stop() {
    impl_->stop();
}

}  // namespace lumos::http
