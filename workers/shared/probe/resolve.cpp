#include "workers/shared/probe/resolve.h"

#include "workers/shared/runtime/guarded.h"

#include <netdb.h>

#include <array>
#include <cstring>
#include <memory>

namespace lumos::probe {
namespace {

constexpr std::size_t kLeftBehindMax = 8;

// One question to the system's resolver, with the memory that it writes to.
struct Lookup {
    std::string host;
    std::string port;
    addrinfo hints{};
    gaicb request{};

    Lookup(std::string host_text, std::string port_text, int flags)
        : host(std::move(host_text)),
          port(std::move(port_text)) {
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = flags | AI_NUMERICSERV;
        request.ar_name = host.c_str();
        request.ar_service = port.c_str();
        request.ar_request = &hints;
    }
    ~Lookup() {
        if (request.ar_result != nullptr) {
            freeaddrinfo(request.ar_result);
        }
    }
    Lookup(const Lookup&) = delete;
    Lookup& operator=(const Lookup&) = delete;
};

using LookupList = std::vector<std::unique_ptr<Lookup>>;

runtime::Guarded<LookupList>& left_behind() {
    static runtime::Guarded<LookupList> list;
    return list;
}

bool has_room() {
    auto list = left_behind().lock();
    std::erase_if(
        *list, [](const auto& lookup) { return gai_error(&lookup->request) != EAI_INPROGRESS; });
    return list->size() < kLeftBehindMax;
}

Resolved take(const addrinfo* first) {
    Resolved resolved;
    for (const auto* info = first; info != nullptr; info = info->ai_next) {
        SocketAddress address;
        address.length = info->ai_addrlen;
        std::memcpy(&address.bytes, info->ai_addr, info->ai_addrlen);
        resolved.addresses.push_back(address);
    }
    return resolved;
}

Resolved failed(std::string error) {
    return {{}, std::move(error)};
}

}  // namespace

Resolved resolve(
    const std::string& host, const std::string& port, std::chrono::milliseconds at_most) {
    Lookup numeric(host, port, AI_NUMERICHOST);
    if (getaddrinfo(host.c_str(), port.c_str(), &numeric.hints, &numeric.request.ar_result) == 0) {
        return take(numeric.request.ar_result);
    }
    if (!has_room()) {
        return failed("name resolution hangs");
    }
    auto lookup = std::make_unique<Lookup>(host, port, AI_ADDRCONFIG);
    gaicb* const request = &lookup->request;
    std::array<gaicb*, 1> requests{request};
    if (getaddrinfo_a(GAI_NOWAIT, requests.data(), 1, nullptr) != 0) {
        return failed("name resolution failed");
    }
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(at_most);
    const timespec limit{seconds.count(), std::chrono::nanoseconds(at_most - seconds).count()};
    const gaicb* const waited = request;
    (void)gai_suspend(&waited, 1, &limit);
    const int result = gai_error(request);
    if (result == 0) {
        return take(request->ar_result);
    }
    if (result == EAI_INPROGRESS && gai_cancel(request) != EAI_CANCELED) {
        left_behind().lock()->push_back(std::move(lookup));
    }
    return failed(result == EAI_INPROGRESS ? "name resolution timed out" : gai_strerror(result));
}

}  // namespace lumos::probe
