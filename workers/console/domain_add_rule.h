#pragma once
// What `domain add` answers to each state of the record that is there now, and what it writes.
// Pure.
//
//   the record is                     answer
//   the primary's address             accepted
//   another assigned server's         accepted, failed over from the start, said aloud
//   missing                           refused, or made with `create`
//   some other address                refused, or pointed at the primary with `take_over`
//   several, or a CNAME               refused; several are replaced with `take_over`, a CNAME never
//   an AAAA, and a server without     accepted, with a warning what a failover will do to it

#include "workers/shared/dns/provider.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::console {

struct AddServer {
    std::string slug;
    std::optional<std::string> ipv4;
    std::optional<std::string> ipv6;  // Both in their normal form.
};

struct DomainAddInput {
    std::string name;
    std::string zone;
    std::vector<AddServer> servers;    // In order, at least one; the first is the primary.
    std::vector<dns::Record> records;  // All of exactly that name.
    bool create = false;
    bool take_over = false;
    std::optional<std::int64_t> ttl;  // As asked for; nothing: the record keeps the one it has.
};

enum class AddAnswer { Accepted, Created, TakenOver };

struct AddRefusal {
    std::string code;  // record_missing | record_foreign | cname_conflict | no_ipv4
    std::string detail;
    std::string fix;
};

struct DomainAddPlan {
    std::optional<AddRefusal> refusal;  // With one, only this counts.
    AddAnswer answer = AddAnswer::Accepted;
    std::size_t published = 0;  // Which of the servers is published afterwards; 0: active.
    std::optional<std::string> published_ipv4;
    std::optional<std::string> published_ipv6;
    bool proxied = false;
    std::optional<std::int64_t> present_ttl;  // Nothing: there was no record.
    std::int64_t ttl = 300;                   // What it will have.
    std::vector<dns::RecordEdit> edits;       // Empty: nothing is written.
    std::vector<std::string> notes;
    std::vector<std::string> warnings;
};

[[nodiscard]] DomainAddPlan plan_domain_add(const DomainAddInput& input);

}  // namespace lumos::console
