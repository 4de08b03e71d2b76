// TLS between clients and the server that bus init configures, with certificates of a private CA.

#include "bus/consumer.h"
#include "tests/bus/bus/identity_fixture.h"
#include "tests/support/child_process.h"

#include <chrono>

namespace lumos::bus {
namespace {

void openssl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "openssl");
    support::ChildProcess process({.command = std::move(arguments), .output_file = ""});
    ASSERT_EQ(process.wait(30s), 0);
}

class Tls : public testing::Test {
protected:
    Tls() { make_ca("ca"); }

    void make_ca(const std::string& name) {
        openssl(
            {"req",
             "-x509",
             "-newkey",
             "ec",
             "-pkeyopt",
             "ec_paramgen_curve:prime256v1",
             "-nodes",
             "-days",
             "2",
             "-subj",
             "/CN=private " + name,
             "-keyout",
             folder_ / (name + ".key"),
             "-out",
             folder_ / (name + ".pem")});
    }

    // A server's certificate for that name, signed by the CA.
    void start(const std::string& dns_name) { start(dns_name, "DNS:" + dns_name); }

    void start(const std::string& common_name, const std::string& alternative) {
        support::write_file(folder_ / "san", "subjectAltName=" + alternative + "\n");
        openssl(
            {"req",
             "-newkey",
             "ec",
             "-pkeyopt",
             "ec_paramgen_curve:prime256v1",
             "-nodes",
             "-subj",
             "/CN=" + common_name,
             "-keyout",
             folder_ / "server.key",
             "-out",
             folder_ / "server.csr"});
        openssl(
            {"x509",
             "-req",
             "-in",
             folder_ / "server.csr",
             "-CA",
             folder_ / "ca.pem",
             "-CAkey",
             folder_ / "ca.key",
             "-CAcreateserial",
             "-days",
             "2",
             "-extfile",
             folder_ / "san",
             "-out",
             folder_ / "server.pem"});
        BusInit init;
        init.directory = folder_ / "bus";
        init.listen = "127.0.0.1:" + std::to_string(port_);
        init.websocket = "127.0.0.1:" + std::to_string(support::free_port());
        init.tls_certificate = folder_ / "server.pem";
        init.tls_key = folder_ / "server.key";
        (void)init_bus(init, *parse_time("2026-11-22T03:12:04Z"));
        server_.emplace(folder_ / "bus/nats.conf", port_);
    }

    ConnectionOptions options(const std::string& scheme, const std::string& ca) {
        ConnectionOptions options;
        options.urls = scheme + "://localhost:" + std::to_string(port_);
        options.creds_file = folder_ / "bus/creds/presence.creds";
        options.ca_file = ca.empty() ? "" : folder_ / (ca + ".pem");
        options.name = "test";
        options.reconnect_wait_first = 20ms;
        options.reconnect_wait_max = 200ms;
        return options;
    }

    // Why it is not let in: that must be clear to a person.
    std::string refusal(const ConnectionOptions& options) {
        const Connection connection(options);
        EXPECT_TRUE(wait_until([&] { return !connection.state().last_error.empty(); }, 15s));
        EXPECT_FALSE(connection.state().connected);
        return connection.state().last_error;
    }

    support::TempDir folder_;
    std::uint16_t port_ = support::free_port();
    std::optional<NatsServer> server_;
};

TEST_F(Tls, CarriesEverythingWhereTheCertificateIsRight) {
    start("localhost");
    Connection connection(options("tls", "ca"));
    ASSERT_TRUE(connection.wait_connected(15s)) << connection.state().last_error;

    EXPECT_EQ(ensure_stream(connection, kAgentStream).name, kAgentStream);
    server_->kill();
    server_->start();
    EXPECT_TRUE(wait_until([&] { return connection.state().connected; }, 15s));
}

TEST_F(Tls, IsSpokenWhereACaIsGivenWhateverTheAddressSays) {
    start("localhost");
    const Connection connection(options("nats", "ca"));

    EXPECT_TRUE(connection.wait_connected(15s)) << connection.state().last_error;
}

TEST_F(Tls, RefusesAServerWithAnotherName) {
    start("other.example");

    const auto why = refusal(options("tls", "ca"));

    EXPECT_NE(why.find("certificate"), std::string::npos) << why;
    EXPECT_NE(why.find("localhost"), std::string::npos) << why;
}

TEST_F(Tls, RefusesACertificateOfACaThatIsNotTrusted) {
    start("localhost");
    make_ca("stranger");

    for (const auto* ca : {"stranger", ""}) {
        const auto why = refusal(options("tls", ca));
        EXPECT_NE(why.find("certificate"), std::string::npos) << why;
        EXPECT_NE(why.find("LUMOS_NATS_CA"), std::string::npos) << why;
    }
}

TEST_F(Tls, SaysWhatIsWrongWithTheCaFile) {
    start("localhost");
    support::write_file(folder_ / "empty.pem", "");

    for (const auto* ca : {"empty", "missing"}) {
        const auto why = refusal(options("tls", ca));
        EXPECT_NE(why.find(std::string(ca) + ".pem"), std::string::npos) << why;
    }
}

TEST_F(Tls, IsCheckedAlsoWhereOnlyTheServerAsksForIt) {
    start("localhost");

    const auto why = refusal(options("nats", ""));

    EXPECT_NE(why.find("LUMOS_NATS_CA"), std::string::npos) << why;
}

TEST_F(Tls, IsNotGivenUpWhereTheServerHasNone) {
    server_.emplace();
    port_ = server_->port();

    for (const auto& asked : {options("tls", ""), options("nats", "ca")}) {
        const auto why = refusal(asked);
        EXPECT_NE(why.find("in the clear"), std::string::npos) << why;
    }
}

TEST_F(Tls, KnowsAServerByItsAddress) {
    start("bus", "IP:127.0.0.1");
    auto by_address = options("tls", "ca");
    by_address.urls = "tls://127.0.0.1:" + std::to_string(port_);
    const Connection connection(by_address);

    EXPECT_TRUE(connection.wait_connected(15s)) << connection.state().last_error;
    EXPECT_NE(refusal(options("tls", "ca")).find("localhost"), std::string::npos);
}

}  // namespace
}  // namespace lumos::bus
