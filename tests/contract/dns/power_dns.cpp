#include "tests/contract/dns/power_dns.h"

#include "tests/support/free_port.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wait_until.h"
#include "workers/shared/http/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <stdexcept>

namespace lumos::contract {
namespace {

using namespace std::chrono_literals;

constexpr const char* kSchema = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";
constexpr const char* kKey = "contract";
constexpr const char* kConfiguration = LUMOS_SOURCE_DIR "/tests/cloudflare/pdns.conf.in";

std::string run(const std::vector<std::string>& command, const std::string& output) {
    support::write_file(output, "");
    support::ChildOptions options;
    options.command = command;
    options.output_file = output;
    support::ChildProcess child(options);
    if (child.wait(20s) != 0) {
        throw std::runtime_error(command.front() + ": " + support::read_file(output));
    }
    return support::read_file(output);
}

}  // namespace

PowerDns::PowerDns(std::string folder)
    : folder_(std::move(folder)),
      port_(support::free_port()),
      api_port_(support::free_port()) {
    std::filesystem::create_directories(folder_);
    support::write_file(key_file(), std::string(kKey) + "\n");
    support::write_file(
        folder_ + "/pdns.conf",
        fmt::format(
            fmt::runtime(support::read_file(kConfiguration)),
            fmt::arg("folder", folder_),
            fmt::arg("port", port_),
            fmt::arg("api_port", api_port_),
            fmt::arg("key", kKey)));
    forget();
}

void PowerDns::start() {
    support::ChildOptions options;
    options.command = {"/usr/sbin/pdns_server", "--config-dir=" + folder_};
    options.output_file = folder_ + "/output";
    process_ = std::make_unique<support::ChildProcess>(options);
}

void PowerDns::stop() {
    process_.reset();
}

void PowerDns::forget() {
    stop();
    std::filesystem::remove(folder_ + "/zones.sqlite3");
    (void)run(
        {"sqlite3", folder_ + "/zones.sqlite3", std::string(".read ") + kSchema},
        folder_ + "/schema.out");
    start();
}

bool PowerDns::wait_ready(std::chrono::milliseconds limit) {
    http::CurlClient client;
    http::Request request;
    request.url = api_url() + "/api/v1/servers/localhost";
    request.headers = {{"X-API-Key", kKey}};
    return support::wait_until(
        [&] {
            return client.send(request).status == 200 &&
                   ask({"version.bind", "TXT", "CH"}).starts_with('"');
        },
        limit);
}

std::string PowerDns::api_url() const {
    return fmt::format("http://127.0.0.1:{}", api_port_);
}

std::string PowerDns::output() const {
    return support::read_file(folder_ + "/output");
}

std::string PowerDns::ask(const std::vector<std::string>& question) const {
    std::vector<std::string> command{
        "dig", "@127.0.0.1", "-p", std::to_string(port_), "+time=2", "+tries=1"};
    if (question.back() != "+answer") {
        command.emplace_back("+short");
    }
    command.insert(command.end(), question.begin(), question.end());
    try {
        return run(command, folder_ + "/dig.out");
    } catch (const std::runtime_error& silent) {
        return silent.what();
    }
}

std::string PowerDns::dig(const std::string& name, const std::string& type) const {
    return ask({name, type});
}

long PowerDns::serial(const std::string& zone) const {
    std::istringstream soa(ask({zone, "SOA"}));
    std::string primary;
    std::string mailbox;
    long serial = 0;
    soa >> primary >> mailbox >> serial;
    return serial;
}

long PowerDns::ttl(const std::string& name) const {
    std::istringstream line(ask({name, "A", "+noall", "+answer"}));
    std::string owner;
    long ttl = 0;
    line >> owner >> ttl;
    return ttl;
}

}  // namespace lumos::contract
