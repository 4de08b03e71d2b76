// Mails are read back by Python's parser, which knows nothing of the code that wrote them.

#include "workers/shared/mail/mailer.h"
#include "workers/shared/runtime/errors.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

namespace lumos::mail {
namespace {

constexpr const char* kReader = R"(
import email, email.policy, json, sys
raw = open(sys.argv[1], 'rb').read()
m = email.message_from_bytes(raw, policy=email.policy.default)
parts = list(m.iter_parts())
print(json.dumps({
    'headers': [[k, str(v)] for k, v in m.items()],
    'subject': str(m['subject']), 'from': str(m['from'].addresses[0].display_name),
    'fromAddress': m['from'].addresses[0].addr_spec, 'to': [a.addr_spec for a in m['to'].addresses],
    'type': m.get_content_type(), 'types': [p.get_content_type() for p in parts],
    'text': parts[0].get_content().replace('\r\n', '\n'), 'html': parts[1].get_content().replace('\r\n', '\n'),
    'defects': [repr(d) for p in [m, *parts] for d in p.defects] + [repr(d) for v in m.values() for d in v.defects],
}))
)";

struct PipeCloser {
    void operator()(std::FILE* pipe) const { pclose(pipe); }
};

boost::json::object read_by_python(const std::string& mail) {
    std::string path = testing::TempDir() + "compose_" + std::to_string(getpid()) + ".eml";
    std::ofstream(path, std::ios::binary) << mail;
    std::ofstream(path + ".py") << kReader;
    const auto command = "/usr/bin/python3 '" + path + ".py' '" + path + "'";
    const std::unique_ptr<std::FILE, PipeCloser> pipe(popen(command.c_str(), "r"));
    std::string out;
    std::array<char, 4096> buffer{};
    while (const auto bytes = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
        out.append(buffer.data(), bytes);
    }
    unlink(path.c_str());
    unlink((path + ".py").c_str());
    return boost::json::parse(out).as_object();
}

Mail sample() {
    return {
        .from = "Lumos Failover <alerts@lumos.example>",
        .to = "ops@acme.example",
        .subject = "[lumos] DOWN fra-1 (Frankfurt 1)",
        .message_id = "01935110-4f21.ops-mail@lumos.example",
        .references = {"a.ops-mail@lumos.example", "b.ops-mail@lumos.example"},
        .text = "fra-1 is offline.\n\nMore: lumosctl status\n",
        .html = "<p>fra-1 is <b>offline</b>.</p>\n",
        .date = "Sun, 22 Nov 2026 03:12:04 +0000"};
}

std::string header(const boost::json::object& mail, std::string_view name) {
    for (const auto& pair : mail.at("headers").as_array()) {
        if (pair.at(0).as_string() == name) {
            return std::string(pair.at(1).as_string());
        }
    }
    return "(missing)";
}

TEST(Compose, BothPartsAndTheHeadersComeThrough) {
    const auto mail = read_by_python(compose(sample()));
    EXPECT_EQ(mail.at("defects").as_array().size(), 0U) << mail.at("defects");
    EXPECT_EQ(mail.at("type").as_string(), "multipart/alternative");
    EXPECT_EQ(mail.at("types"), (boost::json::array{"text/plain", "text/html"}));
    EXPECT_EQ(mail.at("subject").as_string(), sample().subject);
    EXPECT_EQ(mail.at("from").as_string(), "Lumos Failover");
    EXPECT_EQ(mail.at("fromAddress").as_string(), "alerts@lumos.example");
    EXPECT_EQ(mail.at("to"), (boost::json::array{"ops@acme.example"}));
    EXPECT_EQ(mail.at("text").as_string(), sample().text);
    EXPECT_EQ(mail.at("html").as_string(), sample().html);
    EXPECT_EQ(header(mail, "Message-ID"), "<01935110-4f21.ops-mail@lumos.example>");
    EXPECT_EQ(header(mail, "References"), "<a.ops-mail@lumos.example> <b.ops-mail@lumos.example>");
    EXPECT_EQ(header(mail, "In-Reply-To"), "<b.ops-mail@lumos.example>");
    EXPECT_EQ(header(mail, "Auto-Submitted"), "auto-generated");
    EXPECT_EQ(header(mail, "Date"), sample().date);
}

TEST(Compose, ATenantsNamesStayInsideTheirPlaces) {
    auto hostile = sample();
    const std::string name =
        "x\r\nBcc: all@acme.example\r\n\r\n--=_lumos_alternative_=--\r\n.\r\nQUIT";
    hostile.subject = "[lumos] DOWN fra-1 (" + name + ")";
    hostile.text = name + "\n";
    hostile.html = name + "\n";
    hostile.message_id = "1>\r\nBcc: a@b.example";
    hostile.references = {"2>\r\nX-Evil: 1"};
    hostile.extra_headers = {{"X-Lumos-Event", name}};
    const auto mail = read_by_python(compose(hostile));
    EXPECT_EQ(mail.at("defects").as_array().size(), 0U) << mail.at("defects");
    EXPECT_EQ(header(mail, "Bcc"), "(missing)");
    EXPECT_EQ(header(mail, "X-Evil"), "(missing)");
    EXPECT_EQ(mail.at("types"), (boost::json::array{"text/plain", "text/html"}));
    std::string lines = name + "\n";
    for (auto at = lines.find("\r\n"); at != std::string::npos; at = lines.find("\r\n")) {
        lines.replace(at, 2, "\n");
    }
    EXPECT_EQ(mail.at("text").as_string(), lines);
}

TEST(Compose, OtherScriptsComeThrough) {
    auto mail = sample();
    mail.from = "Würz & Söhne, GmbH <alerts@lumos.example>";
    mail.subject =
        "[lumos] DOWN köln-1 (東京のサーバーでとても長い名前がついているもの、そしてもっと長い 🚦)";
    mail.text = "Zürich – „ja“ 東京 🚦\n";
    const auto read = read_by_python(compose(mail));
    EXPECT_EQ(read.at("defects").as_array().size(), 0U) << read.at("defects");
    EXPECT_EQ(read.at("subject").as_string(), mail.subject);
    EXPECT_EQ(read.at("from").as_string(), "Würz & Söhne, GmbH");
    EXPECT_EQ(read.at("text").as_string(), mail.text);
}

TEST(Compose, RefusesWhatIsNoAddress) {
    auto mail = sample();
    mail.to = "ops@acme.example\r\nBcc: x@y.example";
    EXPECT_THROW((void)compose(mail), runtime::Permanent);
}

TEST(SmtpMailer, SaysWhatIsWrongWithItsUrlWithoutThePassword) {
    for (const auto* url :
         {"http://relay.example",
          "relay.example",
          "smtp://",
          "smtp://user:hunter2@relay.example?tls=none",
          "smtp://user:hunter2@relay.example?tls=maybe"}) {
        try {
            const SmtpMailer mailer{runtime::Secret(url)};
            FAIL() << url;
        } catch (const runtime::UsageError& error) {
            EXPECT_EQ(std::string(error.what()).find("hunter2"), std::string::npos) << error.what();
            EXPECT_NE(std::string(error.what()).find("LUMOS_SMTP_URL"), std::string::npos);
        }
    }
}

}  // namespace
}  // namespace lumos::mail
