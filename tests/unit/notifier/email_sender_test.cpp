#include "workers/notifier/email_sender.h"

#include <gtest/gtest.h>

#include <memory>

namespace lumos::notifier {
namespace {

const std::string kFrom = "Lumos <alerts@lumos.example>";
const Time kNow = *parse_time("2026-11-22T03:12:05Z");

sql::ClaimedDelivery delivery(const std::string& event_id, const std::string& incident) {
    sql::ClaimedDelivery made;
    made.id = "d-" + event_id;
    made.event = {
        .id = event_id,
        .sequence = 1,
        .account = "acme",
        .source = "failover",
        .type = "failover_triggered",
        .kind = "domain",
        .subject = event_id + ".example.com",
        .incident = incident,
        .time = kNow,
        .data = R"({"fromIp":"203.0.113.10","toIp":"198.51.100.20"})"};
    return made;
}

sql::ClaimedMessage message(std::vector<sql::ClaimedDelivery> deliveries) {
    return {
        .channel =
            {.id = 7,
             .account = "acme",
             .slug = "ops",
             .kind = "email",
             .target = "ops@acme.example",
             .secret_key = "",
             .secret_box = ""},
        .deliveries = std::move(deliveries)};
}

TEST(EmailSender, TheIdFollowsFromEventAndChannelAndTheThreadFromTheIncident) {
    const auto mail = write_mail(message({delivery("e2", "e1")}), kFrom, kNow);
    EXPECT_EQ(mail.message_id, "e2.ops@lumos.example");
    EXPECT_EQ(mail.references, std::vector<std::string>{"e1.ops@lumos.example"});
    EXPECT_EQ(mail.to, "ops@acme.example");
    EXPECT_EQ(mail.date, "Sun, 22 Nov 2026 03:12:05 +0000");
    const auto opening = write_mail(message({delivery("e1", "e1")}), kFrom, kNow);
    EXPECT_EQ(opening.message_id, "e1.ops@lumos.example");
    EXPECT_TRUE(opening.references.empty());
}

TEST(EmailSender, ADigestsIdFollowsFromWhatItLists) {
    const auto two = write_mail(message({delivery("e1", "i1"), delivery("e2", "i1")}), kFrom, kNow);
    const auto turned =
        write_mail(message({delivery("e2", "i1"), delivery("e1", "i1")}), kFrom, kNow);
    const auto three = write_mail(
        message({delivery("e1", "i1"), delivery("e2", "i1"), delivery("e3", "i2")}), kFrom, kNow);
    EXPECT_EQ(two.message_id, turned.message_id);
    EXPECT_NE(two.message_id, three.message_id);
    EXPECT_TRUE(two.message_id.ends_with(".ops@lumos.example"));
    EXPECT_EQ(
        three.references,
        (std::vector<std::string>{"i1.ops@lumos.example", "i2.ops@lumos.example"}));
    EXPECT_EQ(three.extra_headers.size(), 3U);
    EXPECT_EQ(three.subject, "[lumos] FAILOVER 3 domains");
}

TEST(EmailSender, OneEventOfTheControlPlaneHasADifferentIdForEachAccount) {
    auto acme = message({delivery("e1", "e0")});
    acme.deliveries[0].event.account = std::nullopt;
    auto other = acme;
    other.channel.account = "other";
    EXPECT_EQ(write_mail(acme, kFrom, kNow).message_id, "e1.acme.ops@lumos.example");
    EXPECT_EQ(write_mail(other, kFrom, kNow).message_id, "e1.other.ops@lumos.example");
}

class FixedMailer final : public mail::Mailer {
public:
    explicit FixedMailer(mail::MailVerdict verdict) : verdict_(verdict) {}
    mail::MailResult send(const mail::Mail& /*mail*/, std::chrono::milliseconds deadline) override {
        EXPECT_EQ(deadline, kMailDeadline);
        return {verdict_, "said"};
    }

private:
    mail::MailVerdict verdict_;
};

TEST(EmailSender, TheServersVerdictIsTheOutcome) {
    const runtime::SystemClock clock;
    EmailSender sender(nullptr, kFrom, clock);
    const auto without = sender.send(message({delivery("e1", "e1")}));
    EXPECT_EQ(without.answer, Answer::TryAgain) << "mails wait for a server";
    EXPECT_NE(without.error.find("LUMOS_SMTP_URL"), std::string::npos);
    for (const auto& [verdict, answer] :
         {std::pair{mail::MailVerdict::Accepted, Answer::Taken},
          std::pair{mail::MailVerdict::TryAgain, Answer::TryAgain},
          std::pair{mail::MailVerdict::Rejected, Answer::Rejected}}) {
        sender.set_mailer(std::make_shared<FixedMailer>(verdict));
        EXPECT_EQ(sender.send(message({delivery("e1", "e1")})).answer, answer);
    }
}

}  // namespace
}  // namespace lumos::notifier
