#include "workers/notifier/notifier_config.h"

#include "workers/shared/http/address_guard.h"
#include "workers/shared/mail/encoding.h"
#include "workers/shared/mail/mailer.h"
#include "workers/shared/runtime/errors.h"

namespace lumos::notifier {

using runtime::SettingKind;

std::vector<runtime::Setting> notifier_settings() {
    auto settings = runtime::common_settings::bus();
    settings.push_back(runtime::common_settings::database());
    auto keys = runtime::common_settings::secret_key_file();
    keys.required = true;
    settings.push_back(keys);
    settings.push_back(
        {.key = "smtp_url",
         .kind = SettingKind::Secret,
         .help = "mail server, smtp://user:password@host:587 or smtps://…; ?tls=required|none, "
                 "?ca=FILE"});
    settings.push_back(
        {.key = "mail_from", .help = "sender of mails, as in Lumos <alerts@example.com>"});
    settings.push_back(
        {.key = "webhook_allow",
         .kind = SettingKind::List,
         .help = "address ranges that webhooks may reach although they are private"});
    return settings;
}

void validate_notifier(const runtime::Values& values, runtime::Problems& problems) {
    const auto from = values.text("mail_from");
    if (!from.empty() && !mail::read_mailbox(from)) {
        problems.push_back(
            "LUMOS_MAIL_FROM is no mail address; write alerts@example.com or Lumos "
            "<alerts@example.com>");
    }
    if (values.has("smtp_url") && from.empty()) {
        problems.emplace_back(
            "LUMOS_MAIL_FROM is not set; mails sent by LUMOS_SMTP_URL need a sender");
    }
    try {
        if (const auto url = values.secret("smtp_url"); !url.empty()) {
            const mail::SmtpMailer checked(url);
        }
    } catch (const runtime::UsageError& problem) {
        problems.emplace_back(problem.what());
    } catch (const runtime::Transient& problem) {
        problems.emplace_back(problem.what());
    }
    try {
        const http::AddressGuard checked(values.list("webhook_allow"));
    } catch (const runtime::UsageError& problem) {
        problems.push_back(std::string("LUMOS_WEBHOOK_ALLOW: ") + problem.what());
    }
}

NotifierConfig read_notifier_config(const runtime::Values& values) {
    return {
        .nats_url = values.text("nats_url"),
        .nats_creds = values.text("nats_creds"),
        .nats_ca = values.text("nats_ca"),
        .database_url = values.secret("database_url"),
        .secret_key_file = values.text("secret_key_file"),
        .smtp_url = values.secret("smtp_url"),
        .mail_from = values.text("mail_from"),
        .webhook_allow = values.list("webhook_allow"),
        .metrics_listen = values.text("metrics_listen")};
}

}  // namespace lumos::notifier
