#include "workers/ctl/body.h"
#include "workers/ctl/noun.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <iostream>

namespace lumos::ctl {
namespace {

namespace json = boost::json;

const std::vector<Column> kDomainColumns{
    {"DOMAIN", "domain"},
    {"STATUS", "failoverStatus"},
    {"PUBLISHED", "publishedServerId"},
    {"ADDRESS", "publishedIp"},
    {"SINCE", "since"},
    {"SERVERS", "servers"},
    {"DECISION", "decision.code"}};
const std::vector<Column> kDomainDetails{
    {"domain", "domain"},
    {"zone", "zone"},
    {"servers", "servers"},
    {"failoverStatus", "failoverStatus"},
    {"published", "publishedServerId"},
    {"address", "publishedIp"},
    {"IPv6", "publishedIpv6"},
    {"since", "since"},
    {"epoch", "epoch"},
    {"ttl", "ttl"},
    {"failover ttl", "failoverTtl"},
    {"proxied", "proxied"},
    {"decision", "decision.code"},
    {"why", "decision.message"},
    {"pending", "pendingChange"}};

class DomainCommands : public NounCommands {
public:
    DomainCommands(CLI::App& top, Session& session)
        : NounCommands(
              top,
              session,
              {.name = "domain",
               .plural = "domains",
               .example = "www.example.com",
               .columns = kDomainColumns,
               .details = kDomainDetails,
               .on_removal = "Its record stays as it is."}) {
        CLI::App& added = verb(
            "add",
            "manage a domain's record; what DNS says now is read first",
            "lumosctl domain add www.example.com --servers fra-1,iad-1",
            [this] { add(); });
        options(added);
        added.get_option("--servers")->required();
        added.add_flag("--create", create_, "make the record where there is none");
        added.add_flag("--take-over", take_over_, "point a foreign record at the primary");
        CLI::App& set = verb(
            "set",
            "other servers, order or TTLs",
            "lumosctl domain set www.example.com --servers iad-1,fra-1",
            [this] { this->print(this->session().api().patch(path(id_), body())); });
        options(set);
    }

private:
    void options(CLI::App& to) {
        to.add_option("domain", id_)->required();
        to.add_option("--servers", servers_, "in order: the first is the primary")->delimiter(',');
        to.add_option("--ttl", ttl_, "seconds, while the primary serves (300)");
        to.add_option("--failover-ttl", failover_ttl_, "seconds, while a secondary serves (60)");
    }

    [[nodiscard]] json::object body() const {
        json::object body;
        put(body, "servers", servers_);
        put(body, "ttl", ttl_);
        put(body, "failoverTtl", failover_ttl_);
        return body;
    }

    void add() {
        json::object request = body();
        request["domain"] = id_;
        request["create"] = create_;
        request["takeOver"] = take_over_;
        print(session().api().post(path(), request));
    }

    // Warnings go to stderr, so that they are seen in scripts as well.
    void print(const json::value& answer) {
        for (const auto& [field, prefix] :
             {std::pair{"notes", ""}, std::pair{"warnings", "warning: "}}) {
            const json::value* lines = answer.as_object().if_contains(field);
            if (lines == nullptr || !lines->is_array()) {
                continue;
            }
            for (const json::value& line : lines->as_array()) {
                std::cerr << prefix << line.as_string().c_str() << "\n";
            }
        }
        show_thing(answer);
    }

    std::string id_;
    std::vector<std::string> servers_;
    std::optional<std::int64_t> ttl_;
    std::optional<std::int64_t> failover_ttl_;
    bool create_ = false;
    bool take_over_ = false;
};

}  // namespace

std::unique_ptr<Commands> domain_commands(CLI::App& app, Session& session) {
    return std::make_unique<DomainCommands>(app, session);
}

}  // namespace lumos::ctl
