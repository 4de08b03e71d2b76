#include "bus/revocations.h"

#include "bus/error.h"
#include "bus/jwt.h"
#include "bus/nkeys.h"
#include "bus/private_files.h"

#include <boost/json.hpp>

#include <algorithm>

namespace lumos::bus {

namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kLimit{2'000};
constexpr int kDone = 200;

// NATS refuses credentials that were issued up to this second. A key is minted once, so all of its
// credentials are meant, whatever the clocks said: the year 2100.
constexpr std::int64_t kForGood = 4'102'444'800;

json::object& object_in(json::object& parent, std::string_view key) {
    auto& value = parent[key];
    if (!value.is_object()) {
        value.emplace_object();
    }
    return value.get_object();
}

std::int64_t issued_at(const json::object& claims) {
    const auto* iat = claims.if_contains("iat");
    return iat != nullptr && iat->is_int64() ? iat->get_int64() : 0;
}

void require_taken(const std::string& answer) {
    boost::system::error_code problem;
    const auto value = json::parse(answer, problem);
    const auto* data =
        problem || !value.is_object() ? nullptr : value.get_object().if_contains("data");
    const auto* code =
        data == nullptr || !data->is_object() ? nullptr : data->get_object().if_contains("code");
    if (code == nullptr || !code->is_int64() || code->get_int64() != kDone) {
        constexpr std::size_t kShown = 300;
        throw BusRefused("NATS did not take the account's new rights: " + answer.substr(0, kShown));
    }
}

}  // namespace

RevokerKey read_revoker_key(const std::string& path) {
    const auto text = read_private(path);
    const auto seed = line_value(text, "operator");
    const auto account = line_value(text, "account");
    if (!seed || !account || !name_in_credentials(text)) {
        throw BusRefused(
            path +
            " cannot be read as a revoker's key: it needs the lines `operator: SO…`, `account: A…` "
            "and the credentials that `lumosctl bus init` writes");
    }
    RevokerKey key{key_pair_of_seed(*seed), *account, path};
    if (key.op.kind != KeyKind::Operator || !decode_public(KeyKind::Account, key.account)) {
        throw BusRefused(path + " holds no operator's signing key (operator SO…, account A…)");
    }
    return key;
}

std::optional<std::string> with_revoked(
    std::string_view account_jwt,
    const std::vector<std::string>& public_keys,
    const KeyPair& operator_key,
    Time now) {
    auto claims = claims_of(account_jwt);
    if (!claims || !claims->contains("nats")) {
        throw BusRefused("what NATS holds for the account is no JWT");
    }
    auto& revocations = object_in(object_in(*claims, "nats"), "revocations");
    bool is_changed = false;
    for (const auto& key : public_keys) {
        auto& until = revocations[key];
        is_changed = is_changed || until != kForGood;
        until = kForGood;
    }
    if (!is_changed) {
        return std::nullopt;
    }
    if (revocations.size() > kRevocationsMax) {
        throw BusRefused(
            "more than " + std::to_string(kRevocationsMax) +
            " credentials would be revoked one by one; sign all anew with another signing key");
    }
    // Nodes of a cluster keep the newer one of two.
    const auto second = std::max(now, Time(std::chrono::seconds(issued_at(*claims) + 1)));
    return sign_anew(std::move(*claims), operator_key, second);
}

bool ensure_revoked(
    Connection& system,
    const RevokerKey& key,
    const std::vector<std::string>& public_keys,
    Time now) {
    const auto present =
        system.request("$SYS.REQ.ACCOUNT." + key.account + ".CLAIMS.LOOKUP", "", kLimit);
    const auto wanted = with_revoked(present, public_keys, key.op, now);
    if (!wanted) {
        return false;
    }
    require_taken(system.request("$SYS.REQ.CLAIMS.UPDATE", *wanted, kLimit));
    return true;
}

}  // namespace lumos::bus
