#pragma once
// Mail by SMTP (libcurl). Thread-safe: each send is a session of its own.

#include "workers/shared/runtime/secret.h"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lumos::mail {

struct Mail {
    std::string from;  // "alerts@example.com" or "Lumos <alerts@example.com>"
    std::string to;
    std::string subject;
    std::string message_id;               // Without the angle brackets; the same for every attempt.
    std::vector<std::string> references;  // The thread of the incident, without angle brackets.
    std::string text;
    std::string html;
    std::string date;  // RFC 5322.
    // Of our own ("X-Lumos-Event"): the name is a constant of the caller, the value may be any
    // text.
    std::vector<std::pair<std::string, std::string>> extra_headers = {};
};

// TryAgain: nobody said no for good; the mail may even have been taken (the connection broke after
// the data). Rejected: the server refused this mail with a 5xx; the same mail meets the same
// answer.
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
// bodies. Whatever the fields hold, they stay inside their header or body. Throws
// runtime::Permanent where `from` or `to` is no mail address.
[[nodiscard]] std::string compose(const Mail& mail);

class SmtpMailer final : public Mailer {
public:
    // url: smtp://user:password@host:587 or smtps://host:465, user and password percent-encoded.
    // STARTTLS is used where it is offered; it is required where there is a password or with
    // ?tls=required, and left alone with ?tls=none (a relay on this machine with a certificate that
    // nobody can verify). Certificates are verified, by the system's authorities and those of
    // ?ca=FILE. Throws runtime::UsageError, without the password.
    explicit SmtpMailer(const runtime::Secret& url);
    // Ends by the deadline, but for a server that does not let go after the answer: twice that.
    [[nodiscard]] MailResult send(const Mail& mail, std::chrono::milliseconds deadline) override;

private:
    void read_options(std::string_view query);
    void secure(void* curl) const;

    std::string server_;  // smtp://host:port, without user, password and options.
    std::string user_;
    runtime::Secret password_;
    std::string ca_file_;
    bool tls_required_ = false;
    bool tls_allowed_ = true;
};

}  // namespace lumos::mail
