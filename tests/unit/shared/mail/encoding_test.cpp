#include "workers/shared/mail/encoding.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <sstream>

namespace lumos::mail {
namespace {

// RFC 2045's decoder, written from the RFC and not from the encoder.
std::string decode_quoted_printable(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '=') {
            out += text[i];
        } else if (text.compare(i, 3, "=\r\n") == 0) {
            i += 2;
        } else {
            out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
            i += 2;
        }
    }
    return out;
}

std::size_t longest_line(const std::string& text) {
    std::istringstream lines(text);
    std::size_t longest = 0;
    for (std::string line; std::getline(lines, line);) {
        longest = std::max(longest, line.ends_with('\r') ? line.size() - 1 : line.size());
    }
    return longest;
}

TEST(MailEncoding, QuotedPrintableComesBackUnchangedAndKeepsToItsLineLength) {
    EXPECT_TRUE(rc::check([](const std::string& raw) {
        std::string text = raw;
        std::replace(text.begin(), text.end(), '\r', ' ');
        const auto encoded = quoted_printable(text);
        RC_ASSERT(longest_line(encoded) <= 76U);
        auto decoded = decode_quoted_printable(encoded);
        for (auto at = decoded.find("\r\n"); at != std::string::npos; at = decoded.find("\r\n")) {
            decoded.replace(at, 2, "\n");
        }
        RC_ASSERT(decoded == text);
        RC_ASSERT(std::all_of(encoded.begin(), encoded.end(), [](char c) {
            return (c >= ' ' && c <= '~') || c == '\t' || c == '\r' || c == '\n';
        }));
    }));
}

TEST(MailEncoding, QuotedPrintableNeverHoldsABoundaryNorStartsALineWithAFullStop) {
    EXPECT_EQ(quoted_printable("=_x"), "=3D_x");
    EXPECT_EQ(quoted_printable(".\n..\n"), "=2E\r\n=2E.\r\n");
    EXPECT_EQ(quoted_printable("a \nb\t"), "a=20\r\nb=09");
    EXPECT_EQ(quoted_printable("a\r\nb\rc\nd"), "a\r\nb\r\nc\r\nd");
}

TEST(MailEncoding, AHeaderOfAnyTextIsOneLogicalLineOfPrintableAscii) {
    EXPECT_TRUE(rc::check([](const std::string& text) {
        const auto encoded = header_text(text, 9);
        RC_ASSERT(longest_line(encoded) <= 76U);
        for (std::size_t at = encoded.find('\n'); at != std::string::npos;
             at = encoded.find('\n', at + 1)) {
            RC_ASSERT(at > 0U && encoded[at - 1] == '\r');
            RC_ASSERT(at + 2 < encoded.size() && encoded[at + 1] == ' ' && encoded[at + 2] == '=');
        }
        RC_ASSERT(std::all_of(encoded.begin(), encoded.end(), [](char c) {
            return (c >= ' ' && c <= '~') || c == '\r' || c == '\n';
        }));
    }));
}

TEST(MailEncoding, PlainSubjectsStayReadableInTheSource) {
    EXPECT_EQ(
        header_text("[lumos] DOWN fra-1 (Frankfurt 1)", 9), "[lumos] DOWN fra-1 (Frankfurt 1)");
    EXPECT_EQ(header_text("Köln", 9), "=?UTF-8?Q?K=C3=B6ln?=");
    EXPECT_EQ(header_text("=?x", 9), "=?UTF-8?Q?=3D=3Fx?=");
    EXPECT_EQ(header_text("a\r\nBcc: x@y.example", 9), "=?UTF-8?Q?a__Bcc=3A_x=40y=2Eexample?=");
}

TEST(MailEncoding, AnEncodedWordNeverSplitsACharacter) {
    std::string text;
    for (int i = 0; i < 60; ++i) {
        text += "日";
    }
    const auto encoded = header_text(text, 9);
    std::istringstream lines(encoded);
    for (std::string line; std::getline(lines, line);) {
        const auto start = line.find("?Q?") + 3;
        EXPECT_EQ((line.rfind("?=") - start) % std::string("=E6=97=A5").size(), 0U) << line;
    }
}

TEST(MailEncoding, MailboxesAreTakenOnlyWhereTheyAreOne) {
    const auto plain = read_mailbox("ops@acme.example");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->address, "ops@acme.example");
    EXPECT_EQ(domain_of(*plain), "acme.example");
    const auto named = read_mailbox(" \"Lumos, Inc.\" <alerts@acme.example> ");
    ASSERT_TRUE(named);
    EXPECT_EQ(named->name, "Lumos, Inc.");
    EXPECT_EQ(named->address, "alerts@acme.example");
    EXPECT_TRUE(read_mailbox("ops+dns@[127.0.0.1]"));
    for (const auto* wrong :
         {"",
          "ops",
          "@acme.example",
          "ops@",
          "ops@a@b",
          "ops @acme.example",
          "ops@acme.example\r\nBcc: x@y.example",
          "ops@acme.example>\r\nRCPT TO:<x@y.example",
          "<ops@acme.example",
          "ops@acme.example>",
          "öps@acme.example",
          "a@b.example,c@d.example",
          "ops@-acme.example",
          ".ops@acme.example"}) {
        EXPECT_FALSE(read_mailbox(wrong)) << wrong;
    }
}

TEST(MailEncoding, MessageIdsCannotEndEarly) {
    EXPECT_EQ(message_id_text("1.ops@a.example"), "<1.ops@a.example>");
    EXPECT_EQ(message_id_text("1>\r\nBcc: x"), "<1Bccx>");
}

TEST(MailEncoding, DatesAreRfc5322) {
    EXPECT_EQ(
        rfc5322_date(*parse_time("2026-11-22T03:12:04.117Z")), "Sun, 22 Nov 2026 03:12:04 +0000");
    EXPECT_EQ(rfc5322_date(*parse_time("2027-01-01T00:00:00Z")), "Fri, 1 Jan 2027 00:00:00 +0000");
}

}  // namespace
}  // namespace lumos::mail
