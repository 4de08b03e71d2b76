#pragma once
// A DNS service in memory, for the console's tests: tokens, zones, records, and faults on request.
// Thread-safe.

#include "workers/shared/dns/provider.h"
#include "workers/shared/runtime/guarded.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace lumos::console::testing {

struct DnsWorld {
    std::set<std::string> tokens{"good-token"};
    std::set<std::string> may_edit_tokens{"good-token"};
    std::map<std::string, std::string> zones{{"z1", "example.com"}, {"z2", "example.net"}};
    std::vector<dns::Record> records;
    int writes = 0;
    int calls = 0;
    dns::Verdict write_verdict = dns::Verdict::Applied;
    bool unreachable = false;
    bool rate_limited = false;
    std::function<void()> before_write = [] {};  // Called outside the lock.

    void add(
        const std::string& type,
        const std::string& name,
        const std::string& content,
        std::int64_t ttl = 300) {
        dns::Record record;
        record.id = "r" + std::to_string(records.size() + 1);
        record.name = name;
        record.type = type;
        record.content = content;
        record.ttl = ttl;
        records.push_back(record);
    }
    [[nodiscard]] std::vector<std::string> contents(
        const std::string& name, const std::string& type = "A") const {
        std::vector<std::string> found;
        for (const auto& record : records) {
            if (record.name == name && record.type == type) {
                found.push_back(record.content);
            }
        }
        return found;
    }
};

using World = runtime::Guarded<DnsWorld>;

class FakeDns final : public dns::Provider {
public:
    FakeDns(World& world, std::string token) : world_(world), token_(std::move(token)) {}

    dns::Answer<dns::TokenState> verify_token(Millis) override {
        if (auto no = refusal<dns::TokenState>()) {
            return *no;
        }
        return {dns::TokenState{true, "active", std::nullopt}, {}, std::nullopt};
    }
    dns::Answer<std::vector<dns::Zone>> zones(Millis) override {
        if (auto no = refusal<std::vector<dns::Zone>>()) {
            return *no;
        }
        std::vector<dns::Zone> found;
        for (const auto& [id, name] : world_.lock()->zones) {
            found.push_back({id, name, "free", 200, true});
        }
        return {found, {}, std::nullopt};
    }
    dns::Answer<dns::Zone> zone(std::string_view name_or_id, Millis) override {
        if (auto no = refusal<dns::Zone>()) {
            return *no;
        }
        for (const auto& [id, name] : world_.lock()->zones) {
            if (id == name_or_id || name == name_or_id) {
                return {dns::Zone{id, name, "free", 200, true}, {}, std::nullopt};
            }
        }
        return failed<dns::Zone>("zone_unknown");
    }
    dns::Answer<bool> may_edit(std::string_view, Millis) override {
        if (auto no = refusal<bool>()) {
            return *no;
        }
        return {world_.lock()->may_edit_tokens.contains(token_), {}, std::nullopt};
    }
    dns::Answer<std::vector<dns::Record>> records_of(
        std::string_view, std::string_view name, Millis) override {
        if (auto no = refusal<std::vector<dns::Record>>()) {
            return *no;
        }
        std::vector<dns::Record> found;
        for (const auto& record : world_.lock()->records) {
            if (record.name == name) {
                found.push_back(record);
            }
        }
        return {found, {}, std::nullopt};
    }
    dns::Answer<dns::RecordPage> records_page(std::string_view, int, Millis) override {
        return {dns::RecordPage{world_.lock()->records, false, 0}, {}, std::nullopt};
    }
    dns::WriteResult write(
        std::string_view, const std::vector<dns::RecordEdit>& edits, Millis) override {
        const auto before = world_.lock()->before_write;
        before();
        auto world = world_.lock();
        ++world->writes;
        if (world->write_verdict != dns::Verdict::Applied) {
            return {
                world->write_verdict,
                {400, 9005, "Content for A record is invalid.", "rejected"},
                std::nullopt};
        }
        for (const auto& edit : edits) {
            apply(*world, edit);
        }
        return {dns::Verdict::Applied, {}, std::nullopt};
    }

private:
    static void apply(DnsWorld& world, const dns::RecordEdit& edit) {
        if (edit.kind == dns::RecordEdit::Kind::Create) {
            world.add(edit.before.type, edit.before.name, edit.content, edit.ttl);
            return;
        }
        const auto at =
            std::find_if(world.records.begin(), world.records.end(), [&](const auto& record) {
                return record.id == edit.before.id;
            });
        if (edit.kind == dns::RecordEdit::Kind::Remove) {
            world.records.erase(at);
        } else {
            at->content = edit.content;
            at->ttl = edit.ttl;
        }
    }
    template <typename T>
    static dns::Answer<T> failed(const std::string& reason) {
        return {
            std::nullopt,
            {reason == "provider_unreachable" ? 0 : 403, 10'000, "Authentication error", reason},
            std::nullopt};
    }
    template <typename T>
    std::optional<dns::Answer<T>> refusal() {
        auto world = world_.lock();
        ++world->calls;
        if (world->unreachable) {
            return failed<T>("provider_unreachable");
        }
        if (world->rate_limited) {
            auto answer = failed<T>("rate_limited");
            answer.retry_after = std::chrono::seconds(60);
            return answer;
        }
        return world->tokens.contains(token_) ? std::nullopt
                                              : std::optional(failed<T>("token_invalid"));
    }

    World& world_;
    std::string token_;
};

}  // namespace lumos::console::testing
