// NATS's identities: made, made anew, taken back. Files of the bus's folder; what a running NATS
// must learn goes through the console.

#include "bus/identity.h"
#include "bus/rotation.h"
#include "workers/ctl/body.h"
#include "workers/ctl/session.h"
#include "workers/shared/runtime/clock.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <filesystem>
#include <iostream>

namespace lumos::ctl {
namespace {

class BusCommands : public Commands {
public:
    BusCommands(CLI::App& app, Session& session) : session_(session) {
        CLI::App* bus = app.add_subcommand("bus", "NATS's identities and configuration");
        bus->require_subcommand(1);
        add_init(*bus);
        add_rotate(*bus);
        add_revoke(*bus);
    }

private:
    void add_init(CLI::App& bus) {
        CLI::App* init = bus.add_subcommand(
            "init", "write configuration, keys and credentials; overwrites nothing");
        init->add_option("directory", init_.directory)->required();
        init->add_option("--listen", init_.listen, "host:port of NATS")->capture_default_str();
        init->add_option(
            "--websocket", init_.websocket, "host:port of its WebSocket listener; none by default");
        init->add_option("--store", init_.store, "JetStream's folder; DIRECTORY/store by default");
        init->add_option(
            "--tls-cert",
            init_.tls_certificate,
            "PEM file of NATS's certificate, for both listeners");
        init->add_option("--tls-key", init_.tls_key, "PEM file of its key");
        init->footer(
            "Example:\n  lumosctl bus init /etc/lumos/bus --listen 0.0.0.0:4222\n  nats-server -c "
            "/etc/lumos/bus/nats.conf");
        init->callback([this] { this->init(); });
    }

    void add_rotate(CLI::App& bus) {
        CLI::App* rotate = bus.add_subcommand(
            "rotate", "new credentials for a kind of process, in the place of the old ones");
        rotate->add_option("kind", kind_, "presence, failover, …: the name of its file")
            ->required();
        rotate->add_option("--dir", directory_, "the folder of bus init, with its offline/")
            ->required();
        overlap_.add_to(*rotate);
        rotate->footer(
            "Example:\n  lumosctl bus rotate presence --dir /etc/lumos/bus --overlap 10m");
        rotate->callback([this] { this->rotate(); });
    }

    void add_revoke(CLI::App& bus) {
        CLI::App* revoke =
            bus.add_subcommand("revoke", "take credentials back by their public key");
        revoke->add_option("key", key_, "U…")->required();
        revoke->add_option("--kind", kind_, "whose they are, for the record")->required();
        revoke->footer("Example:\n  lumosctl bus revoke UBKMN… --kind presence");
        revoke->callback([this] {
            session_.confirm("Whoever uses " + key_ + " is cut off and stays out.");
            report(ask(key_, 0));
        });
    }

    void init() {
        if (init_.store.empty()) {
            init_.store = (std::filesystem::path(init_.directory) / "store").string();
        }
        for (const std::string& path : bus::init_bus(init_, runtime::SystemClock().now())) {
            std::cout << path << "\n";
        }
        std::cout << "\nMove " << init_.directory
                  << "/offline to a safe place, then start NATS:\n  nats-server -c "
                  << init_.directory << "/nats.conf\n";
    }

    void rotate() {
        const auto overlap = overlap_.seconds();
        // First what can be refused: nothing is changed in vain.
        const auto previous = bus::key_of_process(directory_, kind_);
        (void)ask(previous, overlap, "?dryRun=true");
        session_.confirm(
            "The old credentials of " + kind_ + " end in " + overlap_.text() +
            ": whoever uses them must have the new file by then.");
        const auto rotated = bus::rotate_process(directory_, kind_, runtime::SystemClock().now());
        try {
            report(ask(rotated.previous_key, overlap), rotated.path);
        } catch (const CommandFailed& failed) {
            throw CommandFailed(
                failed.status,
                std::string(failed.what()) + "\n" + rotated.path +
                    " holds new credentials, but the old ones are still good: lumosctl bus "
                    "revoke " +
                    rotated.previous_key + " --kind " + kind_);
        }
    }

    boost::json::value ask(
        const std::string& key, std::int64_t overlap, const std::string& query = "") {
        return session_.api().post(
            "/api/v1/bus/revocations" + query,
            boost::json::object{
                {"publicKey", key}, {"holder", kind_}, {"overlapSeconds", overlap}});
    }

    void report(const boost::json::value& answer, const std::string& path = "") {
        if (session_.wants_json()) {
            session_.print_json(answer);
            return;
        }
        if (!path.empty()) {
            session_.say(path + " holds the new credentials");
        }
        const std::string until(answer.at("until").as_string());
        session_.say(
            answer.at("revoked").as_bool() ? "the old ones are revoked"
                                           : "the old ones are revoked from " + until + " on");
    }

    Session& session_;
    bus::BusInit init_;
    std::string kind_;
    std::string directory_;
    std::string key_;
    Overlap overlap_;
};

}  // namespace

std::unique_ptr<Commands> bus_commands(CLI::App& app, Session& session) {
    return std::make_unique<BusCommands>(app, session);
}

}  // namespace lumos::ctl
