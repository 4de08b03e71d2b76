// The systemd units, as systemd itself reads them.

#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace lumos {
namespace {

using ::testing::HasSubstr;

std::vector<std::filesystem::path> unit_files() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(LUMOS_SOURCE_DIR "/workers")) {
        if (entry.path().extension() == ".service" || entry.path().extension() == ".target") {
            files.push_back(entry.path());
        }
    }
    return files;
}

void replace_all(std::string& text, const std::string& what, const std::string& with) {
    for (auto at = text.find(what); at != std::string::npos;
         at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
}

TEST(Units, AreWhatSystemdUnderstands) {
    ASSERT_EQ(std::system("command -v systemd-analyze >/dev/null"), 0)
        << "systemd-analyze is missing; run scripts/packages test";
    const support::TempDir folder;
    std::string command = "systemd-analyze verify";
    for (const auto& file : unit_files()) {
        auto text = support::read_file(file.string());
        // It looks for the programs, which are not installed here.
        replace_all(text, "=" + file.stem().string() + "\n", "=/bin/true\n");
        replace_all(text, "=" + file.stem().string() + " ", "=/bin/true ");
        const auto copy = folder / file.filename().string();
        support::write_file(copy, text);
        command += " " + copy;
    }
    FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    std::string said;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
        said += static_cast<char>(c);
    }
    EXPECT_EQ(::pclose(pipe), 0) << said;
    EXPECT_EQ(said, "");
}

TEST(Units, ThereIsOneForEachProgramAndTheTargetWantsTheControlPlane) {
    const auto target = support::read_file(LUMOS_SOURCE_DIR "/workers/lumos.target");
    int services = 0;
    for (const auto& file : unit_files()) {
        if (file.extension() != ".service") {
            continue;
        }
        ++services;
        const auto text = support::read_file(file.string());
        EXPECT_THAT(text, HasSubstr("ExecStart=" + file.stem().string() + "\n"));
        EXPECT_THAT(text, HasSubstr("Type=notify\n"));
        if (file.stem() != "lumos-agent") {
            EXPECT_THAT(target, HasSubstr(file.filename().string()));
        }
    }
    EXPECT_EQ(services, 6);
}

}  // namespace
}  // namespace lumos
