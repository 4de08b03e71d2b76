#include "workers/notifier/claim_rule.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

namespace lumos::notifier {
namespace {

std::vector<Due> many(int count, const std::string& alert, const std::string& prefix = "d") {
    std::vector<Due> due;
    for (int i = 0; i < count; ++i) {
        due.push_back({prefix + std::to_string(i), alert});
    }
    return due;
}

using Groups = std::vector<std::vector<std::string>>;

TEST(Choosing, FewMailsGoSingly) {
    const auto groups = choose_messages(
        {.is_mail = true, .due = many(5, "failover_triggered"), .lately = {}, .messages_max = 10});
    EXPECT_EQ(groups, (Groups{{"d0"}, {"d1"}, {"d2"}, {"d3"}, {"d4"}}));
}

TEST(Choosing, MoreThanFiveMailsOfOneAlertGoTogether) {
    auto due = many(6, "failover_triggered");
    due.insert(due.begin() + 1, {"x", "server_down"});
    const auto groups =
        choose_messages({.is_mail = true, .due = due, .lately = {}, .messages_max = 10});
    EXPECT_EQ(groups, (Groups{{"d0", "d1", "d2", "d3", "d4", "d5"}, {"x"}}));
}

TEST(Choosing, WhatWentOutAMomentAgoCounts) {
    const ChannelState busy{
        .is_mail = true,
        .due = many(2, "server_up"),
        .lately = {{"server_up", {.deliveries = 4, .under_way = false, .seconds_since = 1.0}}},
        .messages_max = 10};
    EXPECT_EQ(choose_messages(busy), (Groups{{"d0", "d1"}}));
    auto other = busy;
    other.lately = {{"server_down", {.deliveries = 40, .under_way = true, .seconds_since = 1.0}}};
    EXPECT_EQ(choose_messages(other), (Groups{{"d0"}, {"d1"}}));
}

TEST(Choosing, WhileItGoesOnTheNextMailGathers) {
    ChannelState storm{
        .is_mail = true,
        .due = many(3, "failover_triggered"),
        .lately =
            {{"failover_triggered", {.deliveries = 12, .under_way = false, .seconds_since = 1.0}}},
        .messages_max = 10};
    EXPECT_TRUE(choose_messages(storm).empty());
    storm.lately["failover_triggered"].seconds_since = 5.0;
    EXPECT_EQ(choose_messages(storm), (Groups{{"d0", "d1", "d2"}}));
    storm.lately["failover_triggered"].under_way = true;
    EXPECT_TRUE(choose_messages(storm).empty());
}

TEST(Choosing, WebhooksStaySingle) {
    const auto groups = choose_messages(
        {.is_mail = false,
         .due = many(8, "failover_triggered"),
         .lately =
             {{"failover_triggered", {.deliveries = 50, .under_way = true, .seconds_since = 0.1}}},
         .messages_max = 4});
    EXPECT_EQ(groups, (Groups{{"d0"}, {"d1"}, {"d2"}, {"d3"}}));
}

TEST(Choosing, NothingIsTakenTwiceAndTheLimitIsKept) {
    EXPECT_TRUE(rc::check([] {
        ChannelState channel;
        channel.is_mail = *rc::gen::arbitrary<bool>();
        channel.messages_max = *rc::gen::inRange<std::size_t>(1, 8);
        const auto count = *rc::gen::inRange(0, 40);
        std::map<std::string, std::string> alert_of;
        for (int i = 0; i < count; ++i) {
            const auto alert = *rc::gen::element<std::string>("a", "b", "c");
            channel.due.push_back({std::to_string(i), alert});
            alert_of[std::to_string(i)] = alert;
        }
        const auto groups = choose_messages(channel);
        RC_ASSERT(groups.size() <= channel.messages_max);
        std::set<std::string> taken;
        for (const auto& group : groups) {
            RC_ASSERT(!group.empty());
            RC_ASSERT(channel.is_mail || group.size() == 1U);
            for (const auto& id : group) {
                RC_ASSERT(taken.insert(id).second);
                RC_ASSERT(alert_of.at(id) == alert_of.at(group.front()));
            }
        }
        RC_ASSERT(count == 0 || !groups.empty());
    }));
}

}  // namespace
}  // namespace lumos::notifier
