#pragma once
// Mail by SMTP (libcurl). Thread-safe: each send is a session of its own.

#include "workers/shared/runtime/secret.h"

#include <chrono>
#include <string>
#include <vector>

namespace lumos::mail {

struct Mail {
    std::string from;
    std::string to;
    std::string subject;
    std::string message_id;               // Without the angle brackets; the same for every attempt.
    std::vector<std::string> references;  // The thread of the incident.
    std::string text;
    std::string html;
    std::string date;  // RFC 5322.
};

enum class MailVerdict { Accepted, TryAgain, Rejected };

struct MailResult {
    MailVerdict verdict = MailVerdict::TryAgain;
    std::string error;  // What the server said; never the password.
};

class Mailer {
public:
    virtual ~Mailer() = default;
    [[nodiscard]] virtual MailResult send(const Mail& mail, std::chrono::milliseconds deadline) = 0;
};

// The message as it goes over the wire: multipart/alternative, RFC 2047 subjects, quoted-printable
// bodies.
[[nodiscard]] std::string compose(const Mail& mail);

class SmtpMailer final : public Mailer {
public:
    // url: smtp://user:password@host:587 (STARTTLS where offered; required with ?tls=required, or
    // where there is a password) or smtps://host:465. Throws runtime::UsageError.
    explicit SmtpMailer(runtime::Secret url);
    [[nodiscard]] MailResult send(const Mail& mail, std::chrono::milliseconds deadline) override;

private:
    runtime::Secret url_;
};

}  // namespace lumos::mail
