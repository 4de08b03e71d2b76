// The mailer against a real mail server that fails in every way that the standard knows.

#include "tests/bus/notifier/sink.h"
#include "tests/support/free_port.h"
#include "tests/unit/shared/http/certificates.h"
#include "workers/shared/mail/mailer.h"

#include <gtest/gtest.h>

#include <chrono>

namespace lumos::notifier {
namespace {

using mail::MailVerdict;
using namespace std::chrono_literals;

mail::Mail sample() {
    return {
        .from = "Lumos <alerts@lumos.example>",
        .to = "ops@acme.example",
        .subject = "[lumos] DOWN fra-1 (Fränkfurt 1)",
        .message_id = "1.ops@lumos.example",
        .references = {"0.ops@lumos.example"},
        .text = "fra-1 is offline.\n.\n..\nMore: lumosctl status\n",
        .html = "<p>fra-1 is offline.</p>\n",
        .date = "Sun, 22 Nov 2026 03:12:04 +0000",
        .extra_headers = {{"X-Lumos-Event", "1"}}};
}

mail::MailResult send(const std::string& url, std::chrono::milliseconds deadline = 10s) {
    return mail::SmtpMailer(runtime::Secret(url)).send(sample(), deadline);
}

TEST(SmtpMailer, AMailArrivesWithBothParts) {
    const Sink server("mail_sink.py");
    const auto result = send("smtp://" + server.address());
    EXPECT_EQ(result.verdict, MailVerdict::Accepted) << result.error;
    const auto mails = server.with("file");
    ASSERT_EQ(mails.size(), 1U);
    EXPECT_EQ(mails[0].at("subject").as_string(), sample().subject);
    EXPECT_EQ(mails[0].at("from").as_string(), "alerts@lumos.example");
    EXPECT_EQ(mails[0].at("to"), (boost::json::array{"ops@acme.example"}));
    EXPECT_EQ(mails[0].at("parts"), (boost::json::array{"text/plain", "text/html"}));
    EXPECT_EQ(mails[0].at("messageId").as_string(), "<1.ops@lumos.example>");
    EXPECT_EQ(mails[0].at("references"), (boost::json::array{"<0.ops@lumos.example>"}));
    EXPECT_EQ(mails[0].at("events"), (boost::json::array{"1"}));
}

TEST(SmtpMailer, TheServersNoIsSortedByWhetherItMayBecomeAYes) {
    const Sink server("mail_sink.py");
    struct Row {
        std::string fault;
        MailVerdict verdict;
        std::string said;
    };
    for (const auto& row : std::vector<Row>{
             {"421", MailVerdict::TryAgain, "421 4.3.2"},
             {"451", MailVerdict::TryAgain, "451 4.7.1 Greylisted"},
             {"550", MailVerdict::Rejected, "550 5.1.1 No such user here"},
             {"cut-unsaved", MailVerdict::TryAgain, ""},
             {"cut-after-data", MailVerdict::TryAgain, ""}}) {
        server.fault(row.fault);
        const auto result = send("smtp://" + server.address());
        EXPECT_EQ(result.verdict, row.verdict) << row.fault << ": " << result.error;
        EXPECT_TRUE(result.error.starts_with(row.said)) << row.fault << ": " << result.error;
        EXPECT_FALSE(result.error.empty()) << row.fault;
    }
    server.fault("");
    EXPECT_EQ(send("smtp://" + server.address()).verdict, MailVerdict::Accepted);
    const auto kept = server.with("file");
    ASSERT_EQ(kept.size(), 2U) << "the one whose answer was cut off, and the last";
    EXPECT_EQ(kept[0].at("messageId"), kept[1].at("messageId"));
}

TEST(SmtpMailer, ASlowServerAndNoServerAreTriedAgainWithinTheDeadline) {
    const Sink server("mail_sink.py");
    server.fault("slow");
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(send("smtp://" + server.address(), 1s).verdict, MailVerdict::TryAgain);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
    const auto nobody = send("smtp://127.0.0.1:" + std::to_string(support::free_port()));
    EXPECT_EQ(nobody.verdict, MailVerdict::TryAgain);
    EXPECT_FALSE(nobody.error.empty());
}

TEST(SmtpMailer, APasswordGoesOverVerifiedTlsOnly) {
    const http::Certificates certificates;
    const support::TempDir folder;
    support::write_file(folder / "password", "hunter2 and more");
    const std::vector<std::string> with_login{
        "--auth-user", "lumos@acme", "--auth-password-file", folder / "password"};
    auto with_tls = with_login;
    with_tls.insert(
        with_tls.end(),
        {"--tls-cert", certificates.certificate(), "--tls-key", certificates.key()});
    const Sink server("mail_sink.py", with_tls);
    const auto url =
        [](const std::string& password, const std::string& port, const std::string& more) {
            return "smtp://lumos%40acme:" + password + "@localhost:" + port + more;
        };
    const auto trusted = "?ca=" + certificates.authority();

    const auto sent = send(url("hunter2%20and%20more", server.port(), trusted));
    EXPECT_EQ(sent.verdict, MailVerdict::Accepted) << sent.error;
    ASSERT_EQ(server.with("file").size(), 1U);
    EXPECT_TRUE(server.with("file")[0].at("tls").as_bool());
    EXPECT_EQ(server.with("file")[0].at("user").as_string(), "lumos@acme");

    const auto stranger = send(url("hunter2%20and%20more", server.port(), ""));
    EXPECT_EQ(stranger.verdict, MailVerdict::TryAgain) << "a certificate that nobody vouches for";
    const auto wrong = send(url("wrong", server.port(), trusted));
    EXPECT_EQ(wrong.verdict, MailVerdict::TryAgain) << "somebody will put the password right";
    EXPECT_EQ(wrong.error.find("wrong"), std::string::npos) << wrong.error;

    auto without_tls = with_login;
    without_tls.emplace_back("--auth-without-tls");
    const Sink open_line("mail_sink.py", without_tls);
    const auto refused = send(url("hunter2%20and%20more", open_line.port(), ""));
    EXPECT_EQ(refused.verdict, MailVerdict::TryAgain) << "no STARTTLS, so no password";
    EXPECT_TRUE(open_line.with("file").empty());
    EXPECT_EQ(server.with("file").size(), 1U);
}

TEST(SmtpMailer, TlsFromTheFirstByte) {
    const http::Certificates certificates;
    const Sink server(
        "mail_sink.py",
        {"--smtps", "--tls-cert", certificates.certificate(), "--tls-key", certificates.key()});
    const auto sent =
        send("smtps://localhost:" + server.port() + "?ca=" + certificates.authority());
    EXPECT_EQ(sent.verdict, MailVerdict::Accepted) << sent.error;
    EXPECT_EQ(send("smtps://localhost:" + server.port()).verdict, MailVerdict::TryAgain);
}

}  // namespace
}  // namespace lumos::notifier
