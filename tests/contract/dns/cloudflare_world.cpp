#include "tests/contract/dns/cloudflare_world.h"

#include "tests/cloudflare/faults.h"
#include "workers/shared/runtime/secret.h"

namespace lumos::contract {
namespace {

using simulator::Cut;
using simulator::Fault;

Fault answered_before(const std::string& ready) {
    Fault fault;
    fault.before = true;
    fault.answer = simulator::ready_answer(ready);
    return fault;
}

Fault answered_after(const std::string& ready) {
    Fault fault = answered_before(ready);
    fault.before = false;
    return fault;
}

Fault cut(Cut how, bool before) {
    Fault fault;
    fault.cut = how;
    fault.before = before;
    return fault;
}

Fault different(const boost::json::object& answer) {
    Fault fault;
    fault.change_answer = answer;
    return fault;
}

Fault fault_of(Trouble trouble) {
    switch (trouble) {
        case Trouble::AnswerNeverComes:
            return cut(Cut::Silence, false);
        case Trouble::NothingComes:
            return cut(Cut::Silence, true);
        case Trouble::CutBefore:
            return cut(Cut::Close, true);
        case Trouble::CutAfter:
            return cut(Cut::Close, false);
        case Trouble::ResetAfter:
            return cut(Cut::Reset, false);
        case Trouble::HalfAnAnswer:
            return cut(Cut::Halfway, false);
        case Trouble::ServerErrorBefore:
            return answered_before("502");
        case Trouble::ServerErrorAfter:
            return answered_after("504");
        case Trouble::ForeignPageBefore:
            return answered_before("403_html");
        case Trouble::ForeignPageOk:
            return answered_before("200_html");
        case Trouble::ContradictionBefore:
            return answered_before("200_no");
        case Trouble::LimitedBefore:
            return answered_before("429");
        case Trouble::LimitedWithPage:
            return answered_before("429_html");
        case Trouble::ForbiddenBefore:
            return answered_before("403");
        case Trouble::ConflictBefore:
            return answered_before("409");
        case Trouble::TimeoutBefore:
            return answered_before("408");
        case Trouble::AnswersOtherContent:
            return different({{"content", "192.0.2.77"}});
        case Trouble::AnswersOtherTtl:
            return different({{"ttl", 1234}});
        case Trouble::AnswersOtherProxied:
            return different({{"proxied", true}});
        case Trouble::AnswersOtherComment:
            return different({{"comment", "somebody else's"}});
        case Trouble::AnswersOtherName:
            return different({{"name", "other.example.com"}});
    }
    return {};
}

std::unique_ptr<dns::Provider> make(
    const simulator::Simulator& simulator, const std::string& token, http::Client& client) {
    return dns::make_provider("cloudflare", simulator.base_url(), runtime::Secret(token), client);
}

}  // namespace

simulator::Options CloudflareWorld::usual() {
    simulator::Options options;
    options.zones = {{.name = "example.com"}};
    options.tokens = simulator::read_tokens(
        std::string(kEditToken) + " edit editor\n" + kReadToken + " read reader user=reader\n");
    return options;
}

CloudflareWorld::CloudflareWorld(const simulator::Options& options)
    : simulator_(options),
      provider_(make(simulator_, kEditToken, client_)),
      reader_(make(simulator_, kReadToken, client_)),
      stranger_(make(simulator_, kUnknownToken, client_)),
      zone_id_(simulator_.store().zone("example.com")->id) {}

std::unique_ptr<dns::Provider> CloudflareWorld::provider_with(const std::string& token) {
    return make(simulator_, token, client_);
}

std::string CloudflareWorld::put(const boost::json::object& record) {
    return simulator_.add_record("example.com", record);
}

void CloudflareWorld::edit(const boost::json::object& record) {
    simulator_.set_record("example.com", record);
}

std::string CloudflareWorld::content(const std::string& name, const std::string& type) const {
    return simulator_.content("example.com", name, type);
}

boost::json::value CloudflareWorld::field(
    const std::string& name, const std::string& type, const std::string& key) const {
    const auto found = simulator_.records("example.com", name, type);
    return found.size() == 1 ? found.front().at(key) : boost::json::value("not one record");
}

std::size_t CloudflareWorld::records() const {
    return simulator_.records("example.com").size();
}

std::int64_t CloudflareWorld::calls() const {
    return static_cast<std::int64_t>(simulator_.journal().entries().size());
}

std::int64_t CloudflareWorld::writes() const {
    return simulator_.journal().writes();
}

void CloudflareWorld::trouble(Trouble trouble) {
    for (const char* method : {"PATCH", "POST"}) {
        Fault fault = fault_of(trouble);
        fault.method = method;
        simulator_.faults().add(fault);
    }
}

void CloudflareWorld::trouble_reading(Trouble trouble) {
    Fault fault = fault_of(trouble);
    fault.method = "GET";
    simulator_.faults().add(fault);
}

const std::vector<ProviderCase> kProviders{
    {"cloudflare", [] { return std::make_unique<CloudflareWorld>(); }},
};

}  // namespace lumos::contract
