#include "workers/shared/mail/encoding.h"
#include "workers/shared/mail/mailer.h"
#include "workers/shared/runtime/errors.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string_view>

namespace lumos::mail {

namespace {

constexpr std::size_t kErrorBytesMax = 300;
constexpr std::chrono::milliseconds kConnectTimeoutMax{10'000};

struct CurlDeleter {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
    void operator()(char* text) const { curl_free(text); }
};
using Handle = std::unique_ptr<CURL, CurlDeleter>;
using Url = std::unique_ptr<CURLU, CurlDeleter>;
using List = std::unique_ptr<curl_slist, CurlDeleter>;
using CurlText = std::unique_ptr<char, CurlDeleter>;

// What the callbacks fill in while libcurl talks.
struct Session {
    std::string_view unsent;
    bool body_sent = false;
    std::string last_refusal = {};  // "550 5.1.1 No such user here"
};

std::size_t give_body(char* buffer, std::size_t size, std::size_t count, void* user) {
    auto& session = *static_cast<Session*>(user);
    const auto bytes = std::min(size * count, session.unsent.size());
    std::memcpy(buffer, session.unsent.data(), bytes);
    session.unsent.remove_prefix(bytes);
    session.body_sent = session.unsent.empty();
    return bytes;
}

std::size_t take_reply(char* buffer, std::size_t size, std::size_t count, void* user) {
    const std::string_view line(buffer, size * count);
    // The answer to the goodbye comes last, so only a no is kept.
    if (line.empty() || (line.front() != '4' && line.front() != '5')) {
        return line.size();
    }
    auto& refusal = static_cast<Session*>(user)->last_refusal;
    refusal.clear();
    for (const char c : line.substr(0, kErrorBytesMax)) {
        if (c != '\r' && c != '\n') {
            refusal += (c >= ' ' && c <= '~') ? c : '?';
        }
    }
    return line.size();
}

std::string url_part(const Url& url, CURLUPart part, unsigned int flags = 0) {
    char* raw = nullptr;
    if (curl_url_get(url.get(), part, &raw, flags) != CURLUE_OK) {
        return {};
    }
    const CurlText text(raw);
    return text.get();
}

[[noreturn]] void refuse(const std::string& why) {
    throw runtime::UsageError("LUMOS_SMTP_URL " + why);
}

// The server's "no" belongs to this mail when it was said to the sender, the recipient or the data.
// A refused greeting, login or encryption is about the two machines: somebody will put it right,
// and the mail is still worth sending then.
bool is_about_the_mail(CURLcode code, long reply, bool body_sent) {
    const bool wants_login = reply == 530 || reply == 534 || reply == 535 || reply == 538;
    if (reply < 500 || reply > 599 || wants_login) {
        return false;
    }
    return code == CURLE_SEND_ERROR || (code == CURLE_WEIRD_SERVER_REPLY && body_sent);
}

MailResult result_of(CURLcode code, long reply, const Session& session, const char* detail) {
    if (code == CURLE_OK) {
        return {MailVerdict::Accepted, {}};
    }
    MailResult result;
    if (is_about_the_mail(code, reply, session.body_sent)) {
        result.verdict = MailVerdict::Rejected;
    }
    const bool refused = reply >= 400 && reply <= 599 && !session.last_refusal.empty();
    result.error = refused ? session.last_refusal
                           : std::string(*detail != 0 ? detail : curl_easy_strerror(code));
    result.error.resize(std::min(result.error.size(), kErrorBytesMax));
    return result;
}

}  // namespace

SmtpMailer::SmtpMailer(const runtime::Secret& secret_url) {
    static const auto initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (initialised != CURLE_OK) {
        throw runtime::Permanent("libcurl cannot be initialised");
    }
    const Url url(curl_url());
    if (curl_url_set(url.get(), CURLUPART_URL, secret_url.reveal().c_str(), 0) != CURLUE_OK) {
        refuse("is no URL; write smtp://host:port or smtps://host:port");
    }
    const auto scheme = url_part(url, CURLUPART_SCHEME);
    const auto host = url_part(url, CURLUPART_HOST);
    if ((scheme != "smtp" && scheme != "smtps") || host.empty()) {
        refuse("must be smtp://host:port or smtps://host:port");
    }
    const bool is_tls = scheme == "smtps";
    const auto port = url_part(url, CURLUPART_PORT);
    server_ = scheme + "://" + host + ":" + (port.empty() ? (is_tls ? "465" : "25") : port);
    user_ = url_part(url, CURLUPART_USER, CURLU_URLDECODE);
    password_ = runtime::Secret(url_part(url, CURLUPART_PASSWORD, CURLU_URLDECODE));
    read_options(url_part(url, CURLUPART_QUERY));
    tls_required_ = tls_required_ || is_tls || !password_.empty();
    if (!tls_allowed_ && tls_required_) {
        refuse("has tls=none and a password; a password is sent over TLS only");
    }
}

void SmtpMailer::read_options(std::string_view query) {
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto option = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        if (option == "tls=required") {
            tls_required_ = true;
        } else if (option == "tls=none") {
            tls_allowed_ = false;
        } else if (option.starts_with("ca=") && option.size() > 3) {
            ca_file_ = std::string(option.substr(3));
        } else {
            refuse("has an unknown option; tls=required, tls=none and ca=FILE are known");
        }
    }
}

MailResult SmtpMailer::send(const Mail& mail, std::chrono::milliseconds deadline) {
    const auto from = read_mailbox(mail.from);
    const auto to = read_mailbox(mail.to);
    if (!from || !to) {
        return {
            MailVerdict::Rejected,
            (from ? "the recipient" : "the sender") + std::string(" is no mail address")};
    }
    const auto message = compose(mail);
    Session session{.unsent = message};
    const Handle handle(curl_easy_init());
    const List recipients(curl_slist_append(nullptr, ("<" + to->address + ">").c_str()));
    std::array<char, CURL_ERROR_SIZE> detail{};
    auto* const curl = handle.get();
    curl_easy_setopt(curl, CURLOPT_URL, server_.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail.data());
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    const auto limit = static_cast<long>(deadline.count());
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, limit);
    curl_easy_setopt(
        curl,
        CURLOPT_CONNECTTIMEOUT_MS,
        static_cast<long>(std::min(deadline, kConnectTimeoutMax).count()));
    // The goodbye after the answer is outside the timeout above; its own limit would be two
    // minutes.
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, std::max(1L, limit / 1000));
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    secure(curl);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, ("<" + from->address + ">").c_str());
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(curl, CURLOPT_READDATA, &session);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_reply);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &session);
    const auto code = curl_easy_perform(curl);
    long reply = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply);
    return result_of(code, reply, session, detail.data());
}

void SmtpMailer::secure(void* curl) const {
    const auto tls =
        tls_required_ ? CURLUSESSL_ALL : (tls_allowed_ ? CURLUSESSL_TRY : CURLUSESSL_NONE);
    curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(tls));
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!ca_file_.empty()) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file_.c_str());
    }
    if (!user_.empty()) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, user_.c_str());
        curl_easy_setopt(curl, CURLOPT_PASSWORD, password_.reveal().c_str());
    }
}

}  // namespace lumos::mail
