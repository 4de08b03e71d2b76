#pragma once
// Mails: one event, or several in one. The message id follows from the events and the channel, so
// that every attempt has the same, and the incident's first one is what the others refer to.
// Thread-safe.

#include "workers/notifier/sender.h"
#include "workers/shared/mail/mailer.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/guarded.h"

#include <memory>
#include <string>

namespace lumos::notifier {

class EmailSender final : public Sender {
public:
    using SharedMailer = std::shared_ptr<mail::Mailer>;  // allow: replaced while sends go on

    // A null mailer: no mail server is configured; mails wait for one.
    EmailSender(SharedMailer mailer, std::string from, const runtime::Clock& clock);

    [[nodiscard]] Outcome send(const sql::ClaimedMessage& message) override;
    void set_mailer(SharedMailer mailer);

private:
    runtime::Guarded<SharedMailer> mailer_;
    std::string from_;
    const runtime::Clock& clock_;
};

// Exposed for tests: the mail as it is handed to the mailer.
[[nodiscard]] mail::Mail write_mail(
    const sql::ClaimedMessage& message, const std::string& from, Time now);

}  // namespace lumos::notifier
