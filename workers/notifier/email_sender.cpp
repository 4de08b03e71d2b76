#include "workers/notifier/email_sender.h"

#include "workers/notifier/message_rule.h"
#include "workers/shared/mail/encoding.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <set>

namespace lumos::notifier {

namespace {

// More would not make a mail program's thread any better.
constexpr std::size_t kReferencesMax = 20;

Notice notice_of(const sql::ClaimedDelivery& delivery, const sql::DeliveryChannel& channel) {
    return {
        .alert = delivery.event.type,
        .kind = delivery.event.kind,
        .subject = delivery.event.subject,
        .account = channel.account,
        .time = delivery.event.time,
        .data = delivery.event.data};
}

MessageText text_of(const sql::ClaimedMessage& message) {
    std::vector<Notice> notices;
    for (const auto& delivery : message.deliveries) {
        notices.push_back(notice_of(delivery, message.channel));
    }
    return write_digest(notices);
}

// Follows from what the mail lists: the same list has the same id, and a longer one another, so
// that no mail server takes it for one that it has seen.
std::string digest_of(const sql::ClaimedMessage& message) {
    std::set<std::string> ids;
    for (const auto& delivery : message.deliveries) {
        ids.insert(delivery.event.id);
    }
    std::string joined;
    for (const auto& id : ids) {
        joined += id + "\n";
    }
    std::array<unsigned char, 16> hash{};
    crypto_generichash(
        hash.data(),
        hash.size(),
        reinterpret_cast<const unsigned char*>(joined.data()),
        joined.size(),
        nullptr,
        0);
    std::array<char, 2 * hash.size() + 1> text{};
    sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
    return std::string("digest-") + text.data();
}

// An event of the control plane goes to every account, and channels of two accounts may have the
// same name.
std::string channel_part(const sql::ClaimedMessage& message) {
    const auto& channel = message.channel;
    return message.deliveries.front().event.account ? channel.slug
                                                    : channel.account + "." + channel.slug;
}

}  // namespace

mail::Mail write_mail(const sql::ClaimedMessage& message, const std::string& from, Time now) {
    const auto text = text_of(message);
    const auto mailbox = mail::read_mailbox(from);
    const auto after_id =
        "." + channel_part(message) + "@" + (mailbox ? mail::domain_of(*mailbox) : "localhost");
    const auto& first = message.deliveries.front().event;
    mail::Mail mail{
        .from = from,
        .to = message.channel.target,
        .subject = text.subject,
        .message_id = (message.deliveries.size() == 1 ? first.id : digest_of(message)) + after_id,
        .references = {},
        .text = text.text,
        .html = text.html,
        .date = mail::rfc5322_date(now)};
    for (const auto& delivery : message.deliveries) {
        mail.extra_headers.emplace_back("X-Lumos-Event", delivery.event.id);
        const auto thread = delivery.event.incident + after_id;
        const bool is_new = std::ranges::find(mail.references, thread) == mail.references.end();
        if (is_new && thread != mail.message_id && mail.references.size() < kReferencesMax) {
            mail.references.push_back(thread);
        }
    }
    return mail;
}

EmailSender::EmailSender(SharedMailer mailer, std::string from, const runtime::Clock& clock)
    : mailer_(std::move(mailer)),
      from_(std::move(from)),
      clock_(clock) {}

void EmailSender::set_mailer(SharedMailer mailer) {
    *mailer_.lock() = std::move(mailer);
}

Outcome EmailSender::send(const sql::ClaimedMessage& message) {
    const SharedMailer mailer = *mailer_.lock();
    if (mailer == nullptr) {
        return {
            Answer::TryAgain,
            "no mail server is configured: set LUMOS_SMTP_URL and LUMOS_MAIL_FROM"};
    }
    const auto result = mailer->send(write_mail(message, from_, clock_.now()), kMailDeadline);
    switch (result.verdict) {
        case mail::MailVerdict::Accepted:
            return {Answer::Taken, {}};
        case mail::MailVerdict::Rejected:
            return {Answer::Rejected, result.error};
        case mail::MailVerdict::TryAgain:
            break;
    }
    return {Answer::TryAgain, result.error};
}

}  // namespace lumos::notifier
