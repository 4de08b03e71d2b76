#include "workers/notifier/send_queue.h"

#include <gtest/gtest.h>

#include <thread>

namespace lumos::notifier {
namespace {

using namespace std::chrono_literals;

SendJob job(std::int64_t channel) {
    SendJob made;
    made.message.channel.id = channel;
    return made;
}

TEST(SendQueue, AChannelHasItsShareOfThePlaces) {
    SendQueue queue(5, 2);
    queue.push(job(1));
    queue.push(job(1));
    EXPECT_EQ(queue.free_places(), 3U);
    EXPECT_EQ(queue.free_places(1), 0U);
    EXPECT_EQ(queue.free_places(2), 2U);
    EXPECT_EQ(queue.full_channels(), std::vector<std::int64_t>{1});
    queue.push(job(2));
    queue.push(job(3));
    EXPECT_EQ(queue.free_places(2), 1U);
    queue.push(job(2));
    EXPECT_EQ(queue.free_places(3), 0U) << "all places are taken";
    (void)queue.pop();
    EXPECT_EQ(queue.free_places(), 0U) << "being sent takes a place, too";
    queue.done(1);
    EXPECT_EQ(queue.free_places(1), 1U);
}

TEST(SendQueue, AFreedPlaceAndAWakeUpEndTheWait) {
    SendQueue queue(1, 1);
    queue.push(job(1));
    std::jthread sender([&] {
        const auto taken = queue.pop();
        queue.done(taken->message.channel.id);
    });
    const std::stop_source nobody;
    queue.wait(nobody.get_token(), 1h);
    EXPECT_EQ(queue.free_places(), 1U);
    queue.wake();
    queue.wait(nobody.get_token(), 1h);
}

TEST(SendQueue, WhatWaitsWhenItIsClosedIsStillHandedOut) {
    SendQueue queue(2, 2);
    queue.push(job(1));
    queue.close();
    EXPECT_TRUE(queue.pop().has_value());
    EXPECT_FALSE(queue.pop().has_value());
}

}  // namespace
}  // namespace lumos::notifier
