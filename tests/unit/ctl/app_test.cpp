#include "workers/ctl/app.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lumos::ctl {
namespace {

struct Ran {
    int status = 0;
    std::string errors;
};

Ran lumosctl(std::vector<const char*> words) {
    words.insert(words.begin(), "lumosctl");
    testing::internal::CaptureStderr();
    const int status = run(static_cast<int>(words.size()), words.data());
    return {status, testing::internal::GetCapturedStderr()};
}

TEST(Lumosctl, NamesACommandThatDoesNotExist) {
    const Ran ran = lumosctl({"frobnicate"});
    EXPECT_EQ(ran.status, 2);
    EXPECT_EQ(
        ran.errors,
        "lumosctl: there is no command lumosctl frobnicate; lumosctl --help lists them\n");
}

TEST(Lumosctl, SaysWhatAMisspeltCommandMayHaveMeant) {
    EXPECT_NE(
        lumosctl({"--account", "acme", "sever", "list"})
            .errors.find("did you mean lumosctl server?"),
        std::string::npos);
    EXPECT_NE(
        lumosctl({"server", "--account", "acme", "shwo", "fra-1"})
            .errors.find("did you mean lumosctl server show?"),
        std::string::npos);
}

TEST(Lumosctl, SaysThatACommandIsMissing) {
    const Ran ran = lumosctl({"server"});
    EXPECT_EQ(ran.status, 2);
    EXPECT_NE(ran.errors.find("subcommand is required"), std::string::npos);
}

}  // namespace
}  // namespace lumos::ctl
