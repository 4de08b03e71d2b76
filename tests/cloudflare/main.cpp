#include "tests/cloudflare/simulator.h"
#include "workers/shared/runtime/errors.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>

#include <cstdio>
#include <fstream>
#include <sstream>

namespace {

using lumos::runtime::UsageError;
using lumos::simulator::Options;
using lumos::simulator::ZoneSpec;

std::string text_of(const std::string& flag, const std::string& file) {
    std::ifstream in(file);
    if (!in) {
        throw UsageError(flag + " " + file + ": cannot be read");
    }
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

// "example.com", "example.com:ID", "example.com:ID:pro", "example.com::pro"
ZoneSpec zone_from(const std::string& text) {
    ZoneSpec zone;
    std::istringstream in(text);
    std::getline(in, zone.name, ':');
    std::getline(in, zone.id, ':');
    std::string plan;
    if (std::getline(in, plan, ':')) {
        zone.plan = plan;
    }
    if (!zone.id.empty() && zone.id.size() != 32) {
        throw UsageError("--zone " + text + ": an id has 32 hexadecimal digits");
    }
    return zone;
}

struct Flags {
    Options options;
    std::vector<std::string> zones;
    std::vector<std::string> switches;
    std::string tokens_file;
    std::string pdns_key_file;
    std::string rate_limit = "1200/300";
    std::int64_t publish_delay_ms = 0;
    bool die_with_parent = false;
};

void add_flags(CLI::App& app, Flags& flags) {
    app.add_option("--listen", flags.options.listen, "host:port; port 0: any, printed at the start")
        ->default_val("127.0.0.1:38081");
    app.add_option(
        "--state", flags.options.state, "file that keeps zones and records; made if missing");
    app.add_option(
        "--log", flags.options.log, "file that every call is appended to, a JSON object a line");
    app.add_option(
        "--zone",
        flags.zones,
        "NAME[:ID[:PLAN]], repeatable; PLAN free | pro | business | enterprise");
    app.add_option(
        "--tokens",
        flags.tokens_file,
        "file of tokens, see tests/cloudflare/tokens.h; without: any token edits");
    app.add_option(
        "--pdns-api",
        flags.options.publish.api_url,
        "PowerDNS to publish to, e.g. http://127.0.0.1:8081");
    app.add_option("--pdns-key-file", flags.pdns_key_file, "file with its API key");
    app.add_option(
        "--publish-delay", flags.publish_delay_ms, "milliseconds from a change to its publication");
    app.add_option("--rate-limit", flags.rate_limit, "REQUESTS/SECONDS for a user; 0/1: none")
        ->default_val("1200/300");
    app.add_option(
        "--switch", flags.switches, "NAME=VALUE of a doubtful point, repeatable, see README.md");
    app.add_flag("--die-with-parent", flags.die_with_parent, "end when the starting process ends");
}

void read_rate_limit(Flags& flags) {
    std::size_t requests = 0;
    long seconds = 0;
    if (std::sscanf(flags.rate_limit.c_str(), "%zu/%ld", &requests, &seconds) != 2 || seconds < 1) {
        throw UsageError("--rate-limit " + flags.rate_limit + ": write REQUESTS/SECONDS");
    }
    flags.options.limits = {requests, std::chrono::seconds(seconds)};
}

void complete(Flags& flags) {
    for (const std::string& zone : flags.zones) {
        flags.options.zones.push_back(zone_from(zone));
    }
    if (!flags.tokens_file.empty()) {
        flags.options.tokens =
            lumos::simulator::read_tokens(text_of("--tokens", flags.tokens_file));
    }
    if (!flags.pdns_key_file.empty()) {
        std::istringstream(text_of("--pdns-key-file", flags.pdns_key_file)) >>
            flags.options.publish.api_key;
    }
    flags.options.publish.delay = std::chrono::milliseconds(flags.publish_delay_ms);
    read_rate_limit(flags);
}

void serve(const Flags& flags) {
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);
    if (flags.die_with_parent) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
    }
    lumos::simulator::Simulator simulator(flags.options);
    for (const std::string& pair : flags.switches) {
        const std::size_t equals = pair.find('=');
        simulator.api().set(
            pair.substr(0, equals), equals == std::string::npos ? "" : pair.substr(equals + 1));
    }
    fmt::print("CLOUDFLARE_BASE_URL={}\n", simulator.base_url());
    std::fflush(stdout);
    int received = 0;
    sigwait(&ending, &received);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "The part of Cloudflare's v4 API that a DNS failover needs, on this machine.",
        "cloudflare-simulator");
    Flags flags;
    add_flags(app, flags);
    CLI11_PARSE(app, argc, argv);
    try {
        complete(flags);
        serve(flags);
        return 0;
    } catch (const UsageError& problem) {
        fmt::print(stderr, "cloudflare-simulator: {}\n", problem.what());
        return 2;
    } catch (const std::exception& problem) {
        fmt::print(stderr, "cloudflare-simulator: {}\n", problem.what());
        return 1;
    }
}
