#include "workers/console/domain_add_rule.h"

#include <algorithm>

namespace lumos::console {
namespace {

using dns::Record;
using dns::RecordEdit;

constexpr std::int64_t kUsualTtl = 300;

struct Found {
    std::vector<Record> a;
    std::vector<Record> aaaa;
    std::optional<Record> cname;
};

Found sorted(const std::vector<Record>& records) {
    Found found;
    for (const auto& record : records) {
        if (record.type == "A") {
            found.a.push_back(record);
        } else if (record.type == "AAAA") {
            found.aaaa.push_back(record);
        } else if (record.type == "CNAME") {
            found.cname = record;
        }
    }
    return found;
}

std::string contents(const std::vector<Record>& records) {
    std::string text;
    for (const auto& record : records) {
        text += (text.empty() ? "" : ", ") + record.content;
    }
    return text;
}

std::optional<AddRefusal> refusal_whatever_is_asked(
    const DomainAddInput& input, const Found& found) {
    for (const auto& server : input.servers) {
        if (!server.ipv4) {
            return AddRefusal{
                "no_ipv4",
                server.slug + " has no IPv4 address, so the A record could never point at it",
                "lumosctl server set " + server.slug + " --ipv4 ADDRESS"};
        }
    }
    if (found.cname) {
        return AddRefusal{
            "cname_conflict",
            input.name + " is a CNAME to " + found.cname->content +
                ", which a failover cannot move",
            "take it away at the DNS provider, then repeat with --create"};
    }
    return std::nullopt;
}

AddRefusal several(
    const DomainAddInput& input, const char* type, const std::vector<Record>& records) {
    return {
        "record_foreign",
        std::string(type) + " " + input.name + " has several records: " + contents(records),
        "repeat with --take-over to replace them by one that points at " + input.servers[0].slug};
}

AddRefusal foreign(const DomainAddInput& input, const char* type, const std::string& content) {
    return {
        "record_foreign",
        std::string(type) + " " + input.name + " is " + content +
            ", which is no server of this domain",
        "repeat with --take-over to point it at " + input.servers[0].slug};
}

std::optional<std::size_t> server_with(
    const DomainAddInput& input,
    std::optional<std::string> AddServer::*address,
    const std::string& content) {
    for (std::size_t i = 0; i < input.servers.size(); ++i) {
        if (input.servers[i].*address == content) {
            return i;
        }
    }
    return std::nullopt;
}

// Why the records cannot stay as they are; nothing: they point at one assigned server, `published`.
std::optional<AddRefusal> refusal_of_present(
    const DomainAddInput& input, const Found& found, std::size_t& published) {
    if (found.a.empty()) {
        return AddRefusal{
            "record_missing",
            "no A record " + input.name + " in " + input.zone,
            "create it at the DNS provider pointing to " + *input.servers[0].ipv4 +
                ", or repeat with --create"};
    }
    if (found.a.size() > 1) {
        return several(input, "A", found.a);
    }
    if (found.aaaa.size() > 1) {
        return several(input, "AAAA", found.aaaa);
    }
    const auto at = server_with(input, &AddServer::ipv4, found.a[0].content);
    if (!at) {
        return foreign(input, "A", found.a[0].content);
    }
    if (!found.aaaa.empty() && input.servers[*at].ipv6 != found.aaaa[0].content) {
        const auto& six = found.aaaa[0].content;
        if (!server_with(input, &AddServer::ipv6, six)) {
            return foreign(input, "AAAA", six);
        }
        return AddRefusal{
            "record_foreign",
            "A and AAAA of " + input.name + " point at different servers",
            "repeat with --take-over to point both at " + input.servers[0].slug};
    }
    published = *at;
    return std::nullopt;
}

RecordEdit update(const Record& record, const std::string& content, std::int64_t ttl) {
    return {.kind = RecordEdit::Kind::Update, .before = record, .content = content, .ttl = ttl};
}

RecordEdit removal(const Record& record) {
    return {.kind = RecordEdit::Kind::Remove, .before = record, .content = "", .ttl = 1};
}

RecordEdit creation(
    const DomainAddInput& input, const char* type, const std::string& content, std::int64_t ttl) {
    Record record;
    record.name = input.name;
    record.type = type;
    return {.kind = RecordEdit::Kind::Create, .before = record, .content = content, .ttl = ttl};
}

// One record of several is kept: the one that has the content already, or else the first.
void point_all_at(
    const std::vector<Record>& records,
    const std::string& content,
    std::int64_t ttl,
    std::vector<RecordEdit>& edits) {
    auto kept = std::find_if(
        records.begin(), records.end(), [&](const auto& one) { return one.content == content; });
    if (kept == records.end()) {
        kept = records.begin();
    }
    if (kept->content != content || (!kept->proxied && kept->ttl != ttl)) {
        edits.push_back(update(*kept, content, ttl));
    }
    for (auto one = records.begin(); one != records.end(); ++one) {
        if (one != kept) {
            edits.push_back(removal(*one));
        }
    }
}

void take_over(const DomainAddInput& input, const Found& found, DomainAddPlan& plan) {
    const auto& primary = input.servers[0];
    plan.answer = AddAnswer::TakenOver;
    plan.published = 0;
    plan.published_ipv4 = primary.ipv4;
    point_all_at(found.a, *primary.ipv4, plan.ttl, plan.edits);
    if (found.aaaa.empty()) {
        return;
    }
    if (primary.ipv6) {
        plan.published_ipv6 = primary.ipv6;
        point_all_at(found.aaaa, *primary.ipv6, plan.ttl, plan.edits);
        return;
    }
    for (const auto& record : found.aaaa) {
        plan.edits.push_back(removal(record));
    }
    plan.warnings.push_back(
        "AAAA " + contents(found.aaaa) + " is removed: " + primary.slug + " has no IPv6 address");
}

void create(const DomainAddInput& input, const Found& found, DomainAddPlan& plan) {
    const auto& primary = input.servers[0];
    plan.answer = AddAnswer::Created;
    plan.published_ipv4 = primary.ipv4;
    plan.edits.push_back(creation(input, "A", *primary.ipv4, plan.ttl));
    if (!found.aaaa.empty()) {
        plan.published_ipv6 = primary.ipv6;  // As it is: creation asks for it to be the primary's.
        point_all_at(found.aaaa, *primary.ipv6, plan.ttl, plan.edits);
    } else if (primary.ipv6) {
        plan.published_ipv6 = primary.ipv6;
        plan.edits.push_back(creation(input, "AAAA", *primary.ipv6, plan.ttl));
    }
}

void keep(const DomainAddInput& input, const Found& found, DomainAddPlan& plan) {
    const auto& server = input.servers[plan.published];
    plan.answer = AddAnswer::Accepted;
    plan.published_ipv4 = server.ipv4;
    point_all_at(found.a, *server.ipv4, plan.ttl, plan.edits);
    if (!found.aaaa.empty()) {
        plan.published_ipv6 = server.ipv6;
        point_all_at(found.aaaa, *server.ipv6, plan.ttl, plan.edits);
    }
    if (plan.published != 0) {
        plan.notes.push_back(
            "the record points at " + server.slug + ", not at the primary " +
            input.servers[0].slug + ": the domain starts as failed_over and is restored when " +
            input.servers[0].slug + " is ready");
    }
}

// A missing A beside an AAAA that is not the primary's would be half made by us, half somebody
// else's.
std::optional<AddRefusal> refusal_to_create(const DomainAddInput& input, const Found& found) {
    if (found.aaaa.empty() ||
        (found.aaaa.size() == 1 && input.servers[0].ipv6 == found.aaaa[0].content)) {
        return std::nullopt;
    }
    return AddRefusal{
        "record_foreign",
        "AAAA " + input.name + " is " + contents(found.aaaa) + ", which is not " +
            input.servers[0].slug,
        "take it away at the DNS provider, then repeat with --create"};
}

void tell_ttl(DomainAddPlan& plan) {
    plan.notes.push_back(std::string("proxied: ") + (plan.proxied ? "yes" : "no"));
    if (plan.proxied) {
        plan.notes.emplace_back("TTL: automatic, as always with a proxied record");
        return;
    }
    const auto shown = [](std::int64_t ttl) {
        return ttl == 1 ? std::string("automatic") : std::to_string(ttl);
    };
    plan.notes.push_back(
        "TTL: " + (plan.present_ttl ? shown(*plan.present_ttl) : std::string("none")) + " -> " +
        shown(plan.ttl));
    if (plan.ttl > kUsualTtl) {
        plan.warnings.push_back(
            "TTL " + std::to_string(plan.ttl) + ": clients may wait up to " +
            std::to_string((plan.ttl + 59) / 60) + " minutes; --ttl 300");
    }
}

void tell_ipv6(const DomainAddInput& input, DomainAddPlan& plan) {
    if (!plan.published_ipv6) {
        return;
    }
    for (const auto& server : input.servers) {
        if (!server.ipv6) {
            plan.warnings.push_back(
                server.slug +
                " has no IPv6 address: a failover to it removes the AAAA record, and the way "
                "home puts it back");
        }
    }
}

}  // namespace

DomainAddPlan plan_domain_add(const DomainAddInput& input) {
    DomainAddPlan plan;
    const Found found = sorted(input.records);
    plan.refusal = refusal_whatever_is_asked(input, found);
    if (plan.refusal) {
        return plan;
    }
    if (!found.a.empty()) {
        plan.proxied = found.a[0].proxied;
        plan.present_ttl = found.a[0].ttl;
    }
    // A proxied record's TTL is always automatic; what stands in the row counts once it is not
    // proxied any more.
    plan.ttl = input.ttl.value_or(plan.proxied ? kUsualTtl : plan.present_ttl.value_or(kUsualTtl));
    const auto refusal = refusal_of_present(input, found, plan.published);
    if (!refusal) {
        keep(input, found, plan);
    } else if (refusal->code == "record_missing" && input.create) {
        plan.refusal = refusal_to_create(input, found);
        if (!plan.refusal) {
            create(input, found, plan);
        }
    } else if (refusal->code == "record_foreign" && input.take_over) {
        take_over(input, found, plan);
    } else {
        plan.refusal = refusal;
    }
    if (!plan.refusal) {
        tell_ttl(plan);
        tell_ipv6(input, plan);
    }
    return plan;
}

}  // namespace lumos::console
