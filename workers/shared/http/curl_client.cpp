#include "workers/shared/http/client.h"
#include "workers/shared/http/curl_exchange.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/guarded.h"
#include "workers/shared/runtime/process.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

namespace lumos::http {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kHeaderBytesMax = 256 * 1024;
constexpr std::size_t kIdleSessionsMax = 16;
constexpr long kIdleSecondsMax = 30;

struct CurlEasyDelete {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct CurlListDelete {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, CurlListDelete>;

// A handle with its kept connections. The handle is destroyed first, for it still calls back.
struct Session {
    std::unique_ptr<Exchange> exchange = std::make_unique<Exchange>();
    std::unique_ptr<CURL, CurlEasyDelete> easy{curl_easy_init()};
};

std::string address_text(const sockaddr* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* bytes = nullptr;
    if (address->sa_family == AF_INET) {
        bytes = &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
    } else if (address->sa_family == AF_INET6) {
        bytes = &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    } else {
        return {};
    }
    return inet_ntop(address->sa_family, bytes, text.data(), text.size()) == nullptr
               ? std::string{}
               : std::string(text.data());
}

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* context) {
    auto& exchange = *static_cast<Exchange*>(context);
    const std::size_t bytes = size * count;
    auto& body = exchange.response.body;
    if (bytes > exchange.request->body_bytes_max - body.size()) {
        exchange.too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    body.append(data, bytes);
    return bytes;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* context) {
    auto& exchange = *static_cast<Exchange*>(context);
    std::string_view line(data, size * count);
    exchange.header_bytes += line.size();
    if (exchange.header_bytes > kHeaderBytesMax) {
        exchange.too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    if (line.starts_with("HTTP/")) {
        exchange.response.headers.clear();  // What came before was an interim answer.
        exchange.is_interim = line.find(" 1") == line.find(' ');
    }
    if (line == "\r\n" && exchange.request->skip_body && !exchange.is_interim) {
        exchange.is_enough = true;
        return CURL_WRITEFUNC_ERROR;
    }
    const auto colon = line.find(':');
    if (colon != std::string_view::npos) {
        constexpr std::string_view kSpaces = " \t\r\n";
        auto value = line.substr(colon + 1);
        value.remove_prefix(std::min(value.find_first_not_of(kSpaces), value.size()));
        value.remove_suffix(value.size() - (value.find_last_not_of(kSpaces) + 1));
        exchange.response.headers.emplace(line.substr(0, colon), value);
    }
    return line.size();
}

// Called for exactly the address that is connected to next, so nothing can be resolved to another
// one in between.
curl_socket_t open_socket(void* context, curlsocktype purpose, curl_sockaddr* address) {
    auto& exchange = *static_cast<Exchange*>(context);
    const auto& request = *exchange.request;
    if (purpose != CURLSOCKTYPE_IPCXN) {
        return CURL_SOCKET_BAD;
    }
    if (request.may_connect) {
        const auto text = address_text(&address->addr);
        if (!request.may_connect(text)) {
            exchange.refused = text;
            return CURL_SOCKET_BAD;
        }
    }
    exchange.tried = true;
    const int made = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (made < 0) {
        return CURL_SOCKET_BAD;
    }
    // The kernel does not go on delivering what was written once nobody waits for the answer.
    const auto limit = static_cast<unsigned>(request.deadline.count());
    (void)::setsockopt(made, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof(limit));
    return made;
}

int close_socket(void* context, curl_socket_t socket) {
    const auto& exchange = *static_cast<const Exchange*>(context);
    if (runtime::SystemClock{}.steady() >= exchange.deadline) {
        // What the kernel has not sent yet is thrown away, not delivered behind our back.
        const linger at_once{1, 0};
        (void)::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    }
    return ::close(socket);
}

bool has_line_break(std::string_view text) {
    return text.find_first_of("\r\n") != std::string_view::npos ||
           text.find('\0') != std::string_view::npos;
}

// Nothing where a header would break out of its line.
std::optional<HeaderList> make_headers(const Request& request) {
    HeaderList list;
    const auto append = [&](const std::string& line) {
        curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
        runtime::ensure(longer != nullptr, "there is memory for a header");
        (void)list.release();
        list.reset(longer);
    };
    for (const auto& [name, value] : request.headers) {
        if (has_line_break(name) || has_line_break(value)) {
            return std::nullopt;
        }
        // libcurl's way of writing a header without a value ends in a semicolon.
        append(value.empty() ? name + ";" : name + ": " + value);
    }
    if (!find_header(request.headers, "User-Agent")) {
        append(fmt::format("User-Agent: lumos/{}", runtime::kVersion));
    }
    // Not added by libcurl on its own account.
    append("Expect:");
    if (!find_header(request.headers, "Content-Type")) {
        append("Content-Type:");
    }
    return list;
}

void set_body_and_method(CURL* easy, const Request& request) {
    if (request.method == "HEAD") {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (request.method == "GET" && request.body.empty()) {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    } else {
        if (!request.body.empty() || request.method != "DELETE") {
            curl_easy_setopt(
                easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
            curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
        }
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
}

void set_limits(CURL* easy, const Request& request) {
    const auto deadline = static_cast<long>(request.deadline.count());
    const auto connect = static_cast<long>(request.connect_timeout.count());
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, deadline);
    curl_easy_setopt(
        easy, CURLOPT_CONNECTTIMEOUT_MS, connect > 0 ? std::min(connect, deadline) : deadline);
    // A resolver that hangs is left behind, not waited for.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_PROXY, "");  // Not even one from the environment.
    curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(
        easy,
        CURLOPT_MAXFILESIZE_LARGE,
        request.skip_body ? 0 : static_cast<curl_off_t>(request.body_bytes_max));
}

void set_connection(CURL* easy, const Request& request) {
    const bool only_reads = request.method == "GET" || request.method == "HEAD";
    const bool may_reuse = request.keep_alive && only_reads && !request.may_connect;
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, request.keep_alive ? 0L : 1L);
    // libcurl sends a request again by itself when a kept connection turns out to be closed,
    // whatever the method: what changes something is never put on a kept connection. Nor is what
    // must be asked about the address.
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, may_reuse ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, kIdleSecondsMax);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, request.verify_tls ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, request.verify_tls ? 2L : 0L);
    if (!request.ca_file.empty()) {
        // Replaces the bundle; the system's folder of authorities stays.
        curl_easy_setopt(easy, CURLOPT_CAINFO, request.ca_file.c_str());
    }
}

void set_callbacks(CURL* easy, Exchange& exchange) {
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange.error.data());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &exchange);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &exchange);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &close_socket);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, &exchange);
}

Response failed(Failure failure, std::string error) {
    Response response;
    response.failure = failure;
    response.error = std::move(error);
    return response;
}

Response conclude(CURL* easy, CURLcode code, Exchange& exchange) {
    if (code != CURLE_OK && !exchange.is_enough) {
        const auto failure = failure_of(code, exchange);
        auto response = failed(failure, error_of(easy, code, failure, exchange));
        long bytes_sent = 0;
        curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &bytes_sent);
        response.may_have_been_sent = bytes_sent > 0;
        return response;
    }
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    exchange.response.status = static_cast<int>(status);
    exchange.response.may_have_been_sent = !exchange.request->connect_only;
    return std::move(exchange.response);
}

Response perform(Session& session, const Request& request) {
    auto headers = make_headers(request);
    if (!headers) {
        return failed(Failure::BadUrl, "a header contains a line break");
    }
    CURL* const easy = session.easy.get();
    auto& exchange = *session.exchange;
    exchange = Exchange{};
    exchange.request = &request;
    exchange.deadline = runtime::SystemClock{}.steady() + request.deadline;
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    set_body_and_method(easy, request);
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, request.connect_only ? 1L : 0L);
    set_limits(easy, request);
    set_connection(easy, request);
    set_callbacks(easy, exchange);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers->get());
    auto response = conclude(easy, curl_easy_perform(easy), exchange);
    exchange.request = nullptr;
    return response;
}

// libcurl would guess a scheme where there is none.
bool is_http(const std::string& url) {
    return strncasecmp(url.c_str(), "http://", 7) == 0 ||
           strncasecmp(url.c_str(), "https://", 8) == 0;
}

void start_curl() {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    runtime::ensure(started == CURLE_OK, "libcurl can be initialised");
}

}  // namespace

class CurlClient::Impl {
public:
    Response send(const Request& request) {
        if (request.deadline <= milliseconds::zero()) {
            return failed(Failure::Timeout, "the deadline had passed before the request");
        }
        if (!is_http(request.url)) {
            return failed(Failure::BadUrl, "the address is neither http:// nor https://");
        }
        auto session = take(request.keep_alive);
        auto response = perform(session, request);
        if (request.keep_alive && !request.connect_only && response.answered()) {
            give_back(std::move(session));
        }
        return response;
    }

private:
    Session take(bool keep_alive) {
        auto idle = idle_.lock();
        if (!keep_alive || idle->empty()) {
            Session fresh;
            runtime::ensure(fresh.easy != nullptr, "there is memory for a request");
            return fresh;
        }
        auto session = std::move(idle->back());
        idle->pop_back();
        return session;
    }

    void give_back(Session session) {
        auto idle = idle_.lock();
        if (idle->size() < kIdleSessionsMax) {
            idle->push_back(std::move(session));
        }
    }

    runtime::Guarded<std::vector<Session>> idle_;
};

CurlClient::CurlClient() {
    start_curl();
    impl_ = std::make_unique<Impl>();
}

CurlClient::~CurlClient() = default;

Response CurlClient::send(const Request& request) {
    return impl_->send(request);
}

}  // namespace lumos::http
