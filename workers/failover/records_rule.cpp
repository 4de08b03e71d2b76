#include "workers/failover/records_rule.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace lumos::failover {
namespace {

// One form for each address, so that texts can be compared; what is none stays as it is.
std::string canonical(int family, const std::string& address) {
    std::array<unsigned char, 16> bytes{};
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (inet_pton(family, address.c_str(), bytes.data()) != 1) {
        return address;
    }
    return inet_ntop(family, bytes.data(), text.data(), text.size());
}

struct ByType {
    std::vector<const dns::Record*> ipv4;
    std::vector<const dns::Record*> ipv6;
    std::vector<const dns::Record*> cname;
};

ByType of_name(const std::string& name, const std::vector<dns::Record>& records) {
    ByType found;
    for (const auto& record : records) {
        if (record.name != name) {
            continue;
        }
        if (record.type == "A") {
            found.ipv4.push_back(&record);
        } else if (record.type == "AAAA") {
            found.ipv6.push_back(&record);
        } else if (record.type == "CNAME") {
            found.cname.push_back(&record);
        }
    }
    return found;
}

std::string list(const ByType& records) {
    std::string text;
    for (const auto* group : {&records.ipv4, &records.ipv6, &records.cname}) {
        for (const auto* record : *group) {
            text += (text.empty() ? "" : ", ") + record->type + " " + record->content;
        }
    }
    return text.empty() ? "no A or AAAA record" : text;
}

bool shows(const Domain& domain, const Addresses& addresses, const Seen& seen) {
    // The A record tells, where there is one: it is what everybody can reach. Where there is none,
    // none may be missing.
    if (seen.addresses.ipv4) {
        return addresses.ipv4 == seen.addresses.ipv4;
    }
    const bool lacks_none = !addresses.ipv4 || !domain.published_addresses.ipv4;
    return lacks_none && addresses.ipv6 == seen.addresses.ipv6;
}

// True where it is ours; sets whose it is.
bool find_server(
    const Domain& domain,
    const Servers& servers,
    const std::optional<PendingChange>& pending,
    Seen& seen) {
    if (pending && shows(domain, pending->to, seen)) {
        seen.server = pending->to_server;
        return true;
    }
    if (shows(domain, domain.published_addresses, seen)) {
        seen.server = domain.published;
        return true;
    }
    const auto found = std::ranges::find_if(domain.servers, [&](Id id) {
        const auto server = servers.find(id);
        return server != servers.end() && shows(domain, server->second.addresses, seen);
    });
    if (found == domain.servers.end()) {
        return false;
    }
    seen.server = *found;
    return true;
}

// One family's part of a change.
struct Family {
    const std::optional<dns::Record>* there;
    const char* type;
    std::optional<std::string> target;
    std::optional<std::string>* published;
};

const dns::Record* find_type(const std::vector<dns::Record>& records, const char* type) {
    const auto found = std::ranges::find(records, type, &dns::Record::type);
    return found == records.end() ? nullptr : &*found;
}

void plan_family(
    const Family& family,
    std::int64_t ttl,
    const std::vector<dns::Record>& set_aside,
    EditPlan& plan) {
    const auto& there = *family.there;
    const auto* kept = find_type(set_aside, family.type);
    if (!there && !(kept != nullptr && family.target)) {
        if (kept != nullptr) {
            plan.set_aside.push_back(*kept);
        }
        return;
    }
    using Kind = dns::RecordEdit::Kind;
    if (!there) {
        plan.edits.push_back({Kind::Create, *kept, *family.target, kept->proxied ? 1 : ttl});
    } else if (!family.target) {
        plan.edits.push_back({Kind::Remove, *there, "", 1});
        plan.set_aside.push_back(*there);
    } else if (*family.published != *family.target || (!there->proxied && there->ttl != ttl)) {
        plan.edits.push_back({Kind::Update, *there, *family.target, there->proxied ? 1 : ttl});
    }
    *family.published = family.target;
}

// The target has no address of a family that stands in DNS, and the other family does not stand
// there: what is removed is replaced, or the answer would be empty.
void never_empty(const Seen& seen, const Addresses& target, std::int64_t ttl, EditPlan& plan) {
    if (plan.published.ipv4 || plan.published.ipv6) {
        return;
    }
    const bool as_ipv4 = target.ipv4.has_value();
    dns::Record record = seen.ipv4 ? *seen.ipv4 : *seen.ipv6;
    record.id.clear();
    record.original.clear();
    record.type = as_ipv4 ? "A" : "AAAA";
    record.content = as_ipv4 ? *target.ipv4 : target.ipv6.value_or("");
    plan.edits.push_back(
        {dns::RecordEdit::Kind::Create, record, record.content, record.proxied ? 1 : ttl});
    (as_ipv4 ? plan.published.ipv4 : plan.published.ipv6) = record.content;
}

}  // namespace

Seen see(
    const Domain& domain,
    const Servers& servers,
    const std::optional<PendingChange>& pending,
    const std::vector<dns::Record>& records) {
    const auto mine = of_name(domain.name, records);
    Seen seen;
    seen.found = list(mine);
    if (!mine.cname.empty()) {
        seen.not_ours = "cname_conflict";
        return seen;
    }
    if (mine.ipv4.size() > 1 || mine.ipv6.size() > 1) {
        seen.not_ours = "not_ours";
        return seen;
    }
    if (mine.ipv4.empty() && mine.ipv6.empty()) {
        seen.not_ours = "record_missing";
        return seen;
    }
    if (!mine.ipv4.empty()) {
        seen.ipv4 = *mine.ipv4.front();
        seen.addresses.ipv4 = canonical(AF_INET, seen.ipv4->content);
    }
    if (!mine.ipv6.empty()) {
        seen.ipv6 = *mine.ipv6.front();
        seen.addresses.ipv6 = canonical(AF_INET6, seen.ipv6->content);
    }
    if (!find_server(domain, servers, pending, seen)) {
        const bool missing = !seen.ipv4 && domain.published_addresses.ipv4;
        seen.not_ours = missing ? "record_missing" : "record_foreign";
    }
    return seen;
}

EditPlan plan_edits(
    const Seen& seen,
    const Addresses& target,
    std::int64_t ttl,
    const std::vector<dns::Record>& set_aside) {
    EditPlan plan;
    plan.published = seen.addresses;
    plan_family({&seen.ipv4, "A", target.ipv4, &plan.published.ipv4}, ttl, set_aside, plan);
    plan_family({&seen.ipv6, "AAAA", target.ipv6, &plan.published.ipv6}, ttl, set_aside, plan);
    never_empty(seen, target, ttl, plan);
    return plan;
}

std::size_t batch_size(
    const std::vector<std::size_t>& records_of_domains, std::size_t records_max) {
    std::size_t domains = 0;
    std::size_t records = 0;
    for (const auto size : records_of_domains) {
        if (domains > 0 && records + size > records_max) {
            break;
        }
        records += size;
        ++domains;
    }
    return domains;
}

}  // namespace lumos::failover
