#include "workers/shared/runtime/settings.h"

#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/settings_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace lumos::runtime {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A folder and variables of the test's own, gone afterwards.
class SettingsTest : public ::testing::Test {
protected:
    struct Read {
        SettingsOutcome outcome;
        std::string out;
        std::string err;
    };

    SettingsTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "settings-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }
    ~SettingsTest() override {
        for (const auto& name : variables_) {
            unsetenv(name.c_str());
        }
        std::filesystem::remove_all(folder_);
    }
    SettingsTest(const SettingsTest&) = delete;
    SettingsTest& operator=(const SettingsTest&) = delete;

    void set_variable(const std::string& name, const std::string& value) {
        setenv(name.c_str(), value.c_str(), 1);
        variables_.push_back(name);
    }

    std::string write_file(const std::string& name, const std::string& text) {
        const auto path = folder_ / name;
        std::ofstream(path) << text;
        return path.string();
    }

    Read read(std::vector<std::string> arguments, Validate validate = nullptr) {
        arguments.insert(arguments.begin(), "lumos-test");
        std::vector<const char*> argv;
        for (const auto& argument : arguments) {
            argv.push_back(argument.c_str());
        }
        argv.push_back(nullptr);
        testing::internal::CaptureStdout();
        testing::internal::CaptureStderr();
        auto outcome = read_settings(
            "lumos-test", settings_, static_cast<int>(argv.size()) - 1, argv.data(), validate);
        return {
            std::move(outcome),
            testing::internal::GetCapturedStdout(),
            testing::internal::GetCapturedStderr()};
    }

    std::vector<Setting> settings_{
        {.key = "nats_url", .default_text = "nats://127.0.0.1:4222", .help = "servers"},
        {.key = "health_timeout",
         .kind = SettingKind::Duration,
         .default_text = "120s",
         .help = "silence"},
        {.key = "database_url",
         .kind = SettingKind::Secret,
         .default_text = "postgresql:///lumos",
         .help = "database"},
        {.key = "checks", .kind = SettingKind::List, .help = "local checks"},
        {.key = "http_listen", .kind = SettingKind::Listen, .help = "where"},
        {.key = "batch", .kind = SettingKind::Integer, .default_text = "500", .help = "how many"},
    };

private:
    std::filesystem::path folder_;
    std::vector<std::string> variables_;
};

TEST_F(SettingsTest, DefaultsApplyWhereNobodySaysOtherwise) {
    const auto read_ = read({});
    ASSERT_EQ(read_.outcome.asked, Asked::Run) << read_.err;
    const auto& values = read_.outcome.values;
    EXPECT_EQ(values.text("nats_url"), "nats://127.0.0.1:4222");
    EXPECT_EQ(values.duration("health_timeout"), milliseconds(120'000));
    EXPECT_EQ(values.integer("batch"), 500);
    EXPECT_EQ(values.secret("database_url").reveal(), "postgresql:///lumos");
    EXPECT_FALSE(values.has("checks"));
    EXPECT_THAT(values.list("checks"), IsEmpty());
    EXPECT_EQ(values.text("log_level"), "info");
}

TEST_F(SettingsTest, FlagBeatsVariableBeatsFile) {
    const auto file =
        write_file("a.toml", "nats_url = \"nats://file:1\"\nbatch = 7\nhealth_timeout = \"9s\"\n");
    set_variable("LUMOS_NATS_URL", "nats://variable:1");
    set_variable("LUMOS_HEALTH_TIMEOUT", "8s");
    const auto read_ = read({"--config", file, "--nats-url", "nats://flag:1"});
    ASSERT_EQ(read_.outcome.asked, Asked::Run) << read_.err;
    const auto& values = read_.outcome.values;
    EXPECT_EQ(values.text("nats_url"), "nats://flag:1");
    EXPECT_EQ(values.duration("health_timeout"), milliseconds(8'000));
    EXPECT_EQ(values.integer("batch"), 7);
}

TEST_F(SettingsTest, TheFileMayBeNamedByAVariable) {
    set_variable("LUMOS_CONFIG", write_file("b.toml", "checks = [\"tcp://a:1\", \"tcp://b:2\"]\n"));
    const auto read_ = read({});
    EXPECT_THAT(
        read_.outcome.values.list("checks"), testing::ElementsAre("tcp://a:1", "tcp://b:2"));
}

TEST_F(SettingsTest, AnUnknownKeyNamesTheNearestKnownOne) {
    const auto file = write_file("c.toml", "helth_timeout = \"9s\"\n");
    const auto read_ = read({"--config", file});
    EXPECT_EQ(read_.outcome.asked, Asked::Exit);
    EXPECT_EQ(read_.outcome.exit_status, 2);
    EXPECT_THAT(
        read_.err,
        AllOf(HasSubstr("helth_timeout"), HasSubstr("health_timeout"), HasSubstr("line 1")));
}

TEST_F(SettingsTest, AKeyOfAnotherProcessIsNoMistake) {
    const auto file =
        write_file("d.toml", "cycle_interval = \"5m\"\nwebhook_allow = \"10.0.0.0/8\"\n");
    const auto read_ = read({"--config", file});
    EXPECT_EQ(read_.outcome.asked, Asked::Run) << read_.err;
}

TEST_F(SettingsTest, AllMistakesAreReportedTogetherOneLineEach) {
    const auto file = write_file("e.toml", "nonsense = 1\nbatch = \"many\"\n");
    set_variable("LUMOS_HEALTH_TIMEOUT", "120");
    const auto read_ = read(
        {"--config", file, "--http-listen", "8080", "--nats-ulr", "x"},
        [](const Values& values, Problems& problems) {
            EXPECT_EQ(values.integer("batch"), 500);
            problems.emplace_back("LUMOS_CHECKS: too many");
            problems.emplace_back("LUMOS_HEALTH_TIMEOUT: is compared with something");
        });
    EXPECT_EQ(read_.outcome.exit_status, 2);
    EXPECT_THAT(
        read_.err,
        AllOf(
            HasSubstr("nonsense"),
            HasSubstr("batch (from "),
            HasSubstr("LUMOS_HEALTH_TIMEOUT: \"120\" is not a duration"),
            HasSubstr("http_listen (from --http-listen): \"8080\" is not host:port"),
            HasSubstr("--nats-ulr: is no flag; did you mean --nats-url?"),
            HasSubstr("too many"),
            Not(HasSubstr("compared"))));
    EXPECT_EQ(std::count(read_.err.begin(), read_.err.end(), '\n'), 6) << read_.err;
}

TEST_F(SettingsTest, ASecretHasNoFlagAndIsNotRepeated) {
    const auto read_ = read({"--database-url=postgresql://u:hunter2@h/db"});
    EXPECT_EQ(read_.outcome.exit_status, 2);
    EXPECT_THAT(read_.err, AllOf(HasSubstr("LUMOS_DATABASE_URL_FILE"), Not(HasSubstr("hunter2"))));
}

TEST_F(SettingsTest, ASecretsFileIsReadAgainEachTime) {
    const auto path = write_file("secret", "postgresql://first\n");
    set_variable("LUMOS_DATABASE_URL_FILE", path);
    const auto read_ = read({});
    ASSERT_EQ(read_.outcome.asked, Asked::Run) << read_.err;
    EXPECT_EQ(read_.outcome.values.secret("database_url").reveal(), "postgresql://first");
    write_file("secret", "postgresql://second\n");
    EXPECT_EQ(read_.outcome.values.secret("database_url").reveal(), "postgresql://second");
    std::filesystem::remove(path);
    EXPECT_THROW((void)read_.outcome.values.secret("database_url"), Transient);
}

TEST_F(SettingsTest, ASecretMayStandInAFileNamedInTheFile) {
    const auto path = write_file("secret", "postgresql://there\n");
    const auto read_ =
        read({"--config", write_file("f.toml", "database_url_file = \"" + path + "\"\n")});
    ASSERT_EQ(read_.outcome.asked, Asked::Run) << read_.err;
    EXPECT_EQ(read_.outcome.values.secret("database_url").reveal(), "postgresql://there");
}

TEST_F(SettingsTest, BothFormsOfASecretInOnePlaceAreAMistake) {
    set_variable("LUMOS_DATABASE_URL", "a");
    set_variable("LUMOS_DATABASE_URL_FILE", "/b");
    EXPECT_EQ(read({}).outcome.exit_status, 2);
}

TEST_F(SettingsTest, PrintConfigShowsValueAndOriginButNoSecret) {
    set_variable("LUMOS_DATABASE_URL", "postgresql://u:hunter2@h/db");
    set_variable("LUMOS_NATS_URL", "nats://joe:hunter2@a:1,nats://b:2");
    const auto read_ = read({"--print-config", "--batch", "9"});
    EXPECT_EQ(read_.outcome.asked, Asked::Exit);
    EXPECT_EQ(read_.outcome.exit_status, 0);
    EXPECT_THAT(
        read_.out,
        AllOf(
            HasSubstr("database_url = \"***\"  # LUMOS_DATABASE_URL\n"),
            HasSubstr("batch = \"9\"  # --batch\n"),
            HasSubstr("health_timeout = \"120s\"  # default\n"),
            HasSubstr("# checks is not set\n"),
            HasSubstr("nats_url = \"nats://joe:***@a:1,nats://b:2\""),
            Not(HasSubstr("hunter2"))));
}

TEST_F(SettingsTest, CheckConfigSaysFineOrWhatIsWrong) {
    EXPECT_EQ(read({"--check-config"}).outcome.exit_status, 0);
    const auto read_ = read({"--check-config", "--health-timeout", "0s"});
    EXPECT_EQ(read_.outcome.exit_status, 2);
    EXPECT_THAT(read_.err, HasSubstr("more than 0"));
}

TEST_F(SettingsTest, HelpNamesEveryFlagAndTheSecretsVariables) {
    const auto read_ = read({"--help"});
    EXPECT_EQ(read_.outcome.exit_status, 0);
    EXPECT_THAT(
        read_.out,
        AllOf(
            HasSubstr("--health-timeout"),
            HasSubstr("[120s]"),
            HasSubstr("LUMOS_DATABASE_URL_FILE"),
            HasSubstr("--metrics-listen"),
            Not(HasSubstr("--database-url"))));
}

TEST_F(SettingsTest, AMissingFileThatWasAskedForIsAMistake) {
    const auto read_ = read({"--config", "/nonexistent/x.toml"});
    EXPECT_EQ(read_.outcome.exit_status, 2);
    EXPECT_THAT(read_.err, HasSubstr("/nonexistent/x.toml"));
}

TEST_F(SettingsTest, AFileThatIsNoTomlIsNamedWithItsLine) {
    const auto file = write_file("g.toml", "batch = 1\nnats_url = nats://x\n");
    const auto read_ = read({"--config", file});
    EXPECT_EQ(read_.outcome.exit_status, 2);
    EXPECT_THAT(read_.err, AllOf(HasSubstr(file), HasSubstr("line 2")));
}

TEST_F(SettingsTest, ARequiredSettingSaysWhereToSetIt) {
    settings_.push_back({.key = "mail_from", .help = "sender", .required = true});
    const auto read_ = read({});
    EXPECT_EQ(read_.outcome.exit_status, 2);
    EXPECT_THAT(read_.err, AllOf(HasSubstr("LUMOS_MAIL_FROM"), HasSubstr("--mail-from")));
}

struct DurationCase {
    std::string text;
    std::optional<milliseconds> expected;
};
void PrintTo(const DurationCase& c, std::ostream* out) {
    *out << '"' << c.text << '"';
}

class Durations : public ::testing::TestWithParam<DurationCase> {};

TEST_P(Durations, AreReadExactly) {
    EXPECT_EQ(parse_duration(GetParam().text), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    Durations,
    ::testing::Values(
        DurationCase{"250ms", milliseconds(250)},
        DurationCase{"15s", milliseconds(15'000)},
        DurationCase{"5m", milliseconds(300'000)},
        DurationCase{"2h", milliseconds(7'200'000)},
        DurationCase{"0s", milliseconds(0)},
        DurationCase{"", {}},
        DurationCase{"15", {}},
        DurationCase{"s", {}},
        DurationCase{"-1s", {}},
        DurationCase{"1.5s", {}},
        DurationCase{"1 s", {}},
        DurationCase{" 1s", {}},
        DurationCase{"1d", {}},
        DurationCase{"1S", {}},
        DurationCase{"99999999999999999999s", {}},
        DurationCase{"9000000000000000000h", {}}));

TEST(DurationText, IsTheLargestUnitThatFits) {
    EXPECT_EQ(to_text(milliseconds(250)), "250ms");
    EXPECT_EQ(to_text(milliseconds(15'000)), "15s");
    EXPECT_EQ(to_text(milliseconds(90'000)), "90s");
    EXPECT_EQ(to_text(milliseconds(300'000)), "5m");
    EXPECT_EQ(to_text(milliseconds(7'200'000)), "2h");
    EXPECT_EQ(to_text(milliseconds(0)), "0ms");
}

TEST(Passwords, AreHiddenInUrls) {
    EXPECT_EQ(without_passwords("nats://a:4222,tls://b"), "nats://a:4222,tls://b");
    EXPECT_EQ(without_passwords("nats://u:p@a:4222"), "nats://u:***@a:4222");
    EXPECT_EQ(without_passwords("nats://token@a,nats://u:p@b"), "nats://***@a,nats://u:***@b");
    EXPECT_EQ(without_passwords("https://h/p@q:r"), "https://h/p@q:r");
}

}  // namespace
}  // namespace lumos::runtime
