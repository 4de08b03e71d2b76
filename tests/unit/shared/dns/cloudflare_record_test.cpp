#include "workers/shared/dns/cloudflare_record.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <functional>

namespace lumos::dns {
namespace {

namespace json = boost::json;

// As recorded, with a comment.
json::value recorded() {
    return json::parse(
        R"({"id":"023e105f4ecef8ad9ca31a8372d0c353","name":"www.example.com","type":"A","content":"203.0.113.10",)"
        R"("proxiable":true,"proxied":false,"ttl":300,"settings":{},"meta":{},"comment":"shop","tags":[],)"
        R"("created_on":"2025-08-27T10:00:24.9667Z","modified_on":"2025-08-27T10:00:24.9667Z"})");
}

RecordEdit update(const std::string& content, std::int64_t ttl = 60) {
    return {RecordEdit::Kind::Update, *read_record(recorded()), content, ttl};
}

json::value with(json::value record, const char* key, json::value value) {
    record.as_object()[key] = std::move(value);
    return record;
}

json::value answer_to(const RecordEdit& edit) {
    return with(with(recorded(), "content", json::value(edit.content)), "ttl", expected_ttl(edit));
}

TEST(Record, IsReadAsItWasRecorded) {
    const auto record = read_record(recorded());

    ASSERT_TRUE(record);
    EXPECT_EQ(record->id, "023e105f4ecef8ad9ca31a8372d0c353");
    EXPECT_EQ(record->content, "203.0.113.10");
    EXPECT_EQ(record->ttl, 300);
    EXPECT_FALSE(record->proxied);
    EXPECT_EQ(json::parse(record->original), recorded());
}

TEST(Record, NeedsAnIdANameATypeAndANumberForItsTtl) {
    for (const char* key : {"id", "name", "type"}) {
        EXPECT_FALSE(read_record(with(recorded(), key, nullptr))) << key;
    }
    EXPECT_FALSE(read_record(with(recorded(), "ttl", "300")));
    EXPECT_FALSE(read_record("text"));
    EXPECT_TRUE(read_record(with(recorded(), "content", nullptr)));
}

TEST(Records, AreAllReadOrNone) {
    const json::value good = json::array{recorded(), recorded()};
    const json::value bad = json::array{recorded(), json::object()};

    EXPECT_EQ(read_records(&good)->size(), 2U);
    EXPECT_FALSE(read_records(&bad));
    EXPECT_FALSE(read_records(nullptr));
}

TEST(PatchDifference, IsNothingWhereTheAnswerIsWhatWasAsked) {
    const RecordEdit edit = update("198.51.100.20");
    const json::value answer = answer_to(edit);

    EXPECT_EQ(patch_difference(edit, &answer), std::nullopt);
}

TEST(PatchDifference, NamesEachFieldThatDiffers) {
    const RecordEdit edit = update("198.51.100.20");
    const json::value agreed = answer_to(edit);
    const std::vector<std::pair<json::value, std::string>> answers{
        {with(agreed, "content", "203.0.113.10"),
         "content is 203.0.113.10, asked for 198.51.100.20"},
        {with(agreed, "ttl", 300), "TTL is 300, asked for 60"},
        {with(agreed, "proxied", true), "proxied is true, asked for false"},
        {with(agreed, "comment", nullptr), "comment changed"},
        {with(agreed, "tags", json::array{"a:b"}), "tags changed"},
        {with(agreed, "name", "x.example.com"),
         "it names A x.example.com, asked for A www.example.com"},
        {with(agreed, "type", "AAAA"),
         "it names AAAA www.example.com, asked for A www.example.com"},
        {with(agreed, "id", "x"),
         "it names the record x, asked for 023e105f4ecef8ad9ca31a8372d0c353"},
        {json::value(nullptr), "it holds no record"},
        {json::array{agreed}, "it holds no record"},
    };

    for (const auto& [answer, words] : answers) {
        EXPECT_EQ(patch_difference(edit, &answer), words);
    }
    EXPECT_TRUE(patch_difference(edit, nullptr));
}

TEST(PatchDifference, TakesNoCommentInAnyFormForTheSame) {
    RecordEdit edit = update("198.51.100.20");
    edit.before = *read_record(with(recorded(), "comment", nullptr));
    json::value without = answer_to(edit);
    without.as_object().erase("comment");
    without.as_object().erase("tags");
    const json::value empty = with(answer_to(edit), "comment", "");

    EXPECT_EQ(patch_difference(edit, &without), std::nullopt);
    EXPECT_EQ(patch_difference(edit, &empty), std::nullopt);
}

TEST(PatchDifference, TakesAnotherSpellingOfAnAddressForTheSame) {
    RecordEdit edit = update("2001:DB8:0:0::20");
    edit.before.type = "AAAA";
    const json::value answer =
        with(with(answer_to(edit), "type", "AAAA"), "content", "2001:db8::20");

    EXPECT_EQ(patch_difference(edit, &answer), std::nullopt);
}

TEST(PatchDifference, ExpectsTheAutomaticTtlOfAProxiedRecord) {
    RecordEdit edit = update("198.51.100.20", 60);
    edit.before.proxied = true;
    const json::value answer = with(with(answer_to(edit), "proxied", true), "ttl", 1);

    EXPECT_EQ(expected_ttl(edit), 1);
    EXPECT_EQ(json::parse(patch_body(edit)).at("ttl"), 1);
    EXPECT_EQ(patch_difference(edit, &answer), std::nullopt);
}

struct Batch : testing::Test {
    RecordEdit first = update("198.51.100.20");
    RecordEdit removed{RecordEdit::Kind::Remove, first.before, "", 1};
    RecordEdit created{RecordEdit::Kind::Create, first.before, "203.0.113.99", 300};
    std::vector<RecordEdit> edits;
    json::value answer;

    Batch() {
        removed.before.id = "372e67954025e0ba6aaa6d586b9e0b59";
        created.before.id = "was";
        edits = {first, removed, created};
        answer = {
            {"deletes", json::array{with(recorded(), "id", "372e67954025e0ba6aaa6d586b9e0b59")}},
            {"patches", json::array{answer_to(first)}},
            {"puts", nullptr},
            {"posts", json::array{with(with(recorded(), "id", "new"), "content", "203.0.113.99")}}};
    }
    std::optional<std::string> after(const std::function<void(json::object&)>& change) {
        json::value changed = answer;
        change(changed.as_object());
        return batch_difference(edits, &changed);
    }
};

TEST_F(Batch, HoldsEachEditInItsList) {
    const json::value body = json::parse(batch_body(edits));

    EXPECT_EQ(body.at("deletes"), json::parse(R"([{"id":"372e67954025e0ba6aaa6d586b9e0b59"}])"));
    EXPECT_EQ(
        body.at("patches"),
        json::parse(
            R"([{"content":"198.51.100.20","ttl":60,"id":"023e105f4ecef8ad9ca31a8372d0c353"}])"));
    EXPECT_EQ(
        body.at("posts"),
        json::parse(
            R"([{"type":"A","name":"www.example.com","content":"203.0.113.99","ttl":300,"proxied":false,"comment":"shop"}])"));
    EXPECT_FALSE(body.as_object().contains("puts"));
}

TEST_F(Batch, AgreesWithTheAnswerThatSaysTheSame) {
    EXPECT_EQ(batch_difference(edits, &answer), std::nullopt);
}

TEST_F(Batch, DiffersWhereAnythingDiffers) {
    EXPECT_TRUE(after([](json::object& all) { all["patches"] = nullptr; }));
    EXPECT_TRUE(after([](json::object& all) { all["deletes"] = json::array(); }));
    EXPECT_TRUE(after([](json::object& all) { all.erase("posts"); }));
    EXPECT_TRUE(after([](json::object& all) {
        all["posts"].as_array()[0].as_object()["content"] = "192.0.2.1";
    }));
    EXPECT_TRUE(
        after([](json::object& all) { all["patches"].as_array()[0].as_object()["ttl"] = 300; }));
    EXPECT_TRUE(after([](json::object& all) { all["puts"] = json::array{recorded()}; }));
    EXPECT_TRUE(after([](json::object& all) { all["posts"].as_array().push_back(recorded()); }));
    EXPECT_TRUE(batch_difference(edits, nullptr));
}

TEST_F(Batch, PutsBackWhatOnlyTheServiceKnows) {
    RecordEdit back = created;
    back.before = *read_record(with(
        with(
            with(recorded(), "settings", json::object{{"ipv4_only", true}}),
            "tags",
            json::array{"team:web"}),
        "proxied",
        true));

    const json::value post = json::parse(batch_body({back})).at("posts").at(0);

    EXPECT_EQ(post.at("settings"), json::parse(R"({"ipv4_only":true})"));
    EXPECT_EQ(post.at("tags"), json::parse(R"(["team:web"])"));
    EXPECT_EQ(post.at("comment"), "shop");
    EXPECT_EQ(post.at("ttl"), 1);
    EXPECT_FALSE(post.as_object().contains("created_on"));
}

}  // namespace
}  // namespace lumos::dns
