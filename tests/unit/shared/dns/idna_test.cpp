#include "workers/shared/dns/idna.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace lumos::dns {
namespace {

TEST(ALabels, AreWhatRfc3492SaysOfItsSamples) {
    const std::vector<std::pair<std::string, std::string>> samples{
        {"ليهمابتكلموشعربي؟", "xn--egbpdaj6bu4bxfgehfvwxn"},
        {"他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"},
        {"pročprostěnemluvíčesky", "xn--proprostnemluvesky-uyb24dma41a"},
        {"למההםפשוטלאמדבריםעברית", "xn--4dbcagdahymbxekheh6e0a7fei0b"},
        {"3年b組金八先生", "xn--3b-ww4c5e180e575a65lsy2b"},
        {"bücher", "xn--bcher-kva"},
        {"münchen-ost", "xn--mnchen-ost-9db"},
    };

    for (const auto& [unicode, ascii] : samples) {
        EXPECT_EQ(to_a_labels(unicode), ascii);
    }
}

TEST(ALabels, TakeEachLabelByItself) {
    EXPECT_EQ(to_a_labels("www.bücher.example"), "www.xn--bcher-kva.example");
    EXPECT_EQ(to_a_labels("*.Example.COM."), "*.example.com");
    EXPECT_EQ(to_a_labels("_dmarc.xn--bcher-kva.example"), "_dmarc.xn--bcher-kva.example");
    EXPECT_EQ(to_a_labels(""), "");
    EXPECT_EQ(to_a_labels("a..b"), "a..b");
}

TEST(ALabels, LeaveAloneWhatIsNoUtf8) {
    for (const std::string bad : {"\xff\xfe", "caf\xc3", "\xc0\xaf", "a\x80z"}) {
        EXPECT_EQ(to_a_labels(bad), bad);
    }
}

}  // namespace
}  // namespace lumos::dns
