#include "workers/shared/http/address_guard.h"

#include "workers/shared/runtime/errors.h"

#include <gtest/gtest.h>

#include <string>

namespace lumos::http {
namespace {

struct AddressCase {
    std::string address;
    bool allowed;
};
void PrintTo(const AddressCase& c, std::ostream* out) {
    *out << c.address << (c.allowed ? " is allowed" : " is refused");
}

class Addresses : public ::testing::TestWithParam<AddressCase> {};

TEST_P(Addresses, AreJudgedByWhereTheyLead) {
    EXPECT_EQ(AddressGuard({}).allows(GetParam().address), GetParam().allowed);
}

INSTANTIATE_TEST_SUITE_P(
    Public,
    Addresses,
    ::testing::Values(
        AddressCase{"1.1.1.1", true},
        AddressCase{"9.255.255.255", true},
        AddressCase{"11.0.0.0", true},
        AddressCase{"100.63.255.255", true},
        AddressCase{"100.128.0.0", true},
        AddressCase{"172.15.255.255", true},
        AddressCase{"172.32.0.0", true},
        AddressCase{"192.167.255.255", true},
        AddressCase{"192.169.0.0", true},
        AddressCase{"198.17.255.255", true},
        AddressCase{"198.20.0.0", true},
        AddressCase{"203.0.113.10", true},
        AddressCase{"223.255.255.255", true},
        AddressCase{"2606:4700::1111", true},
        AddressCase{"2001:db8::1", true},
        AddressCase{"::ffff:1.1.1.1", true},
        AddressCase{"64:ff9b::1.1.1.1", true},
        AddressCase{"2002:101:101::1", true},
        AddressCase{"[2606:4700::1111]", true}));

INSTANTIATE_TEST_SUITE_P(
    Refused,
    Addresses,
    ::testing::Values(
        AddressCase{"0.0.0.0", false},
        AddressCase{"10.0.0.1", false},
        AddressCase{"100.64.0.1", false},
        AddressCase{"100.100.100.200", false},
        AddressCase{"127.0.0.1", false},
        AddressCase{"127.255.255.254", false},
        AddressCase{"168.63.129.16", false},
        AddressCase{"169.254.169.254", false},
        AddressCase{"172.16.0.1", false},
        AddressCase{"172.31.255.255", false},
        AddressCase{"192.0.0.192", false},
        AddressCase{"192.168.1.1", false},
        AddressCase{"198.18.0.1", false},
        AddressCase{"198.19.255.255", false},
        AddressCase{"224.0.0.1", false},
        AddressCase{"240.0.0.1", false},
        AddressCase{"255.255.255.255", false},
        AddressCase{"::", false},
        AddressCase{"::1", false},
        AddressCase{"::127.0.0.1", false},
        AddressCase{"::ffff:127.0.0.1", false},
        AddressCase{"::ffff:169.254.169.254", false},
        AddressCase{"::ffff:7f00:1", false},
        AddressCase{"::ffff:0:127.0.0.1", false},
        AddressCase{"64:ff9b::10.0.0.1", false},
        AddressCase{"64:ff9b::a9fe:a9fe", false},
        AddressCase{"64:ff9b:1::1.1.1.1", false},
        AddressCase{"2002:7f00:1::1", false},
        AddressCase{"2002:a9fe:a9fe::", false},
        AddressCase{"2001:0:1:2::3", false},
        AddressCase{"100::1", false},
        AddressCase{"fc00::1", false},
        AddressCase{"fd00:ec2::254", false},
        AddressCase{"fe80::1", false},
        AddressCase{"fe80::1%eth0", false},
        AddressCase{"fec0::1", false},
        AddressCase{"ff02::1", false},
        AddressCase{"", false},
        AddressCase{"localhost", false},
        AddressCase{"127.1", false},
        AddressCase{"0x7f.0.0.1", false}));

TEST(AddressGuard, LetsThroughWhatTheOperatorAllows) {
    const AddressGuard guard({"127.0.0.1", "10.1.0.0/16", "fd00::/8"});
    EXPECT_TRUE(guard.allows("127.0.0.1"));
    EXPECT_TRUE(guard.allows("::ffff:127.0.0.1"));
    EXPECT_FALSE(guard.allows("127.0.0.2"));
    EXPECT_TRUE(guard.allows("10.1.255.255"));
    EXPECT_FALSE(guard.allows("10.2.0.0"));
    EXPECT_TRUE(guard.allows("fd12::1"));
    EXPECT_FALSE(guard.allows("fe80::1"));
    EXPECT_TRUE(guard.allows("1.1.1.1"));
}

TEST(AddressGuard, RefusesARangeThatIsNone) {
    for (const std::string text :
         {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "fd00::/129", "home", "10.0.0/8"}) {
        EXPECT_THROW(AddressGuard({text}), runtime::UsageError) << text;
    }
}

}  // namespace
}  // namespace lumos::http
