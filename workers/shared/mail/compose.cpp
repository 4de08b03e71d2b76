#include "workers/shared/mail/encoding.h"
#include "workers/shared/mail/mailer.h"
#include "workers/shared/runtime/errors.h"

namespace lumos::mail {

namespace {

// No line of quoted-printable text can hold "=_": after '=' stand two hexadecimal digits or the
// line's end.
constexpr std::string_view kBoundary = "=_lumos_alternative_=";

std::string header(std::string_view name, std::string_view text) {
    return std::string(name) + ": " + header_text(text, name.size() + 2) + "\r\n";
}

std::string mailbox_header(std::string_view name, std::string_view text) {
    const auto mailbox = read_mailbox(text);
    if (!mailbox) {
        throw runtime::Permanent(std::string(name) + " is no mail address");
    }
    if (mailbox->name.empty()) {
        return std::string(name) + ": " + mailbox->address + "\r\n";
    }
    // An encoded word may not stand inside quotes, and without them a comma or a bracket would end
    // the name: so the name is quoted where it is plain, else encoded.
    auto shown = header_text(mailbox->name, name.size() + 4);
    if (shown == mailbox->name) {
        shown = "\"";
        for (const char c : mailbox->name) {
            shown += (c == '"' || c == '\\') ? std::string{'\\', c} : std::string(1, c);
        }
        shown += "\"";
    }
    return std::string(name) + ": " + shown + "\r\n <" + mailbox->address + ">\r\n";
}

std::string thread_headers(const std::vector<std::string>& references) {
    if (references.empty()) {
        return {};
    }
    std::string out = "In-Reply-To: " + message_id_text(references.back()) + "\r\nReferences:";
    for (const auto& id : references) {
        out += (&id == &references.front() ? " " : "\r\n ") + message_id_text(id);
    }
    return out + "\r\n";
}

std::string part(std::string_view type, std::string_view body) {
    return "--" + std::string(kBoundary) + "\r\nContent-Type: " + std::string(type) +
           "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
           quoted_printable(body) + "\r\n";
}

}  // namespace

std::string compose(const Mail& mail) {
    std::string out = header("Date", mail.date);
    out += mailbox_header("From", mail.from);
    out += mailbox_header("To", mail.to);
    out += header("Subject", mail.subject);
    out += "Message-ID: " + message_id_text(mail.message_id) + "\r\n";
    out += thread_headers(mail.references);
    // Vacation notices and other robots do not answer such a mail (RFC 3834).
    out += "Auto-Submitted: auto-generated\r\n";
    for (const auto& [name, text] : mail.extra_headers) {
        out += header(name, text);
    }
    out += "MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\"" +
           std::string(kBoundary) + "\"\r\n\r\n";
    // The last part is the one that a reader prefers.
    out += part("text/plain", mail.text);
    out += part("text/html", mail.html);
    return out + "--" + std::string(kBoundary) + "--\r\n";
}

}  // namespace lumos::mail
