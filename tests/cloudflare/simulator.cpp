#include "tests/cloudflare/simulator.h"

#include "tests/cloudflare/control.h"
#include "workers/shared/runtime/errors.h"

#include <fmt/format.h>

#include <algorithm>

namespace lumos::simulator {
namespace {

namespace json = boost::json;

void put_over(json::value& target, const json::object& over) {
    if (target.is_array()) {
        for (json::value& item : target.get_array()) {
            put_over(item, over);
        }
    } else if (target.is_object()) {
        for (const auto& member : over) {
            target.get_object()[member.key()] = member.value();
        }
    }
}

// Over a record, or over each of the records in the lists of a batch.
void put_over_records(json::value& holder, const json::object& over) {
    bool is_batch = false;
    for (const char* list : {"patches", "puts", "posts"}) {
        if (holder.is_object() && holder.get_object().contains(list)) {
            is_batch = true;
            put_over(holder.get_object()[list], over);
        }
    }
    if (!is_batch) {
        put_over(holder, over);
    }
}

std::string changed_request(const std::string& body, const json::object& over) {
    json::error_code failed;
    json::value request = json::parse(body, failed);
    if (failed || over.empty()) {
        return body;
    }
    put_over_records(request, over);
    return json::serialize(request);
}

void change_answer(HttpReply& reply, const json::object& over) {
    json::error_code failed;
    json::value answer = json::parse(reply.body, failed);
    if (failed || over.empty() || !answer.is_object() || !answer.get_object().contains("result")) {
        return;
    }
    put_over_records(answer.get_object()["result"], over);
    reply.body = json::serialize(answer);
}

std::string described(const Fault& fault) {
    std::string words = fault.before ? "before" : "after";
    words += fault.answer ? " answer" : "";
    words += fault.cut != Cut::None ? " cut" : "";
    words += fault.late ? " late" : "";
    words += fault.stale.count() > 0 ? " stale" : "";
    words += fault.delay_before.count() + fault.delay_after.count() > 0 ? " delay" : "";
    words += fault.hold_before || fault.hold_after ? " hold" : "";
    words += fault.change_request.empty() && fault.change_answer.empty() ? "" : " different";
    return words;
}

std::string id_of(const json::value& shown) {
    return std::string(shown.at("id").as_string());
}

}  // namespace

Simulator::Simulator(const Options& options)
    : store_(options.state, clock_),
      journal_(options.log),
      api_(store_, options.tokens, options.limits, clock_) {
    for (const ZoneSpec& zone : options.zones) {
        store_.add_zone(zone.name, zone.id, zone.plan);
    }
    if (!options.publish.api_url.empty()) {
        publisher_ = std::make_unique<Publisher>(options.publish, store_, clock_);
        store_.on_change([this](const std::string& zone_id) { publisher_->note(zone_id); });
    }
    listener_ = std::make_unique<Listener>(
        options.listen, [this](const HttpRequest& request, const std::stop_token& stop) {
            return handle(request, stop);
        });
}

Simulator::~Simulator() {
    stop();
}

void Simulator::stop() {
    listener_->stop();
    const std::lock_guard lock(later_mutex_);
    later_.clear();
}

std::string Simulator::base_url() const {
    return fmt::format("http://127.0.0.1:{}{}", port(), kApiPrefix);
}

Exchange Simulator::handle(const HttpRequest& request, const std::stop_token& stop) {
    const std::string_view path = request.path;
    if (path.starts_with(std::string(kApiPrefix) + "/")) {
        return call_api(request, stop);
    }
    if (path == "/simulator" || path.starts_with("/simulator/")) {
        return {control(*this, request), Cut::None};
    }
    return {
        json_reply(
            404,
            json::object{{"error", "the API is below /client/v4, the controls below /simulator"}}),
        Cut::None};
}

Exchange Simulator::call_api(const HttpRequest& request, const std::stop_token& stop) {
    JournalEntry entry;
    entry.time_ms = std::chrono::floor<Millis>(clock_.now()).time_since_epoch().count();
    entry.method = request.method;
    entry.path = request.path.substr(std::string_view(kApiPrefix).size());
    const std::size_t question = request.target.find('?');
    entry.query = question == std::string::npos ? "" : request.target.substr(question + 1);
    entry.body = request.body;
    const auto fault = faults_.meet(request, entry.path);
    if (fault) {
        return with_fault(request, std::move(entry), *fault, stop);
    }
    return {carry_out(request, std::move(entry), Millis(api_.switches().stale_ms)), Cut::None};
}

HttpReply Simulator::carry_out(const HttpRequest& request, JournalEntry entry, Millis stale) {
    const auto started = clock_.steady();
    Api::Outcome outcome = api_.handle(request, entry.path, stale);
    entry.took_us =
        std::chrono::duration_cast<std::chrono::microseconds>(clock_.steady() - started).count();
    entry.status = outcome.reply.status;
    entry.who = outcome.who;
    entry.changed = outcome.changed;
    journal_.add(std::move(entry));
    return std::move(outcome.reply);
}

Exchange Simulator::with_fault(
    const HttpRequest& request,
    JournalEntry entry,
    const Fault& fault,
    const std::stop_token& stop) {
    entry.fault = described(fault);
    const bool goes_on =
        runtime::pause(stop, fault.delay_before) && (!fault.hold_before || faults_.hold(stop));
    if (!goes_on) {
        return {{}, Cut::Close};  // The simulator ends; what it had not done is not done.
    }
    HttpRequest changed = request;
    changed.body = changed_request(request.body, fault.change_request);
    HttpReply reply;
    if (!fault.before) {
        reply = carry_out(
            changed, std::move(entry), std::max(fault.stale, Millis(api_.switches().stale_ms)));
        change_answer(reply, fault.change_answer);
    } else {
        if (fault.late) {
            carry_out_later(changed, entry, *fault.late);
        }
        entry.status = fault.answer ? fault.answer->status : 0;
        journal_.add(std::move(entry));
    }
    if (runtime::pause(stop, fault.delay_after) && fault.hold_after) {
        faults_.hold(stop);
    }
    return {fault.answer.value_or(std::move(reply)), fault.cut};
}

void Simulator::carry_out_later(
    const HttpRequest& request, const JournalEntry& entry, Millis wait) {
    const std::lock_guard lock(later_mutex_);
    later_.emplace_back([this, request, entry, wait](const std::stop_token& stop) {
        if (runtime::pause(stop, wait)) {
            (void)carry_out(request, entry, Millis(0));
        }
    });
}

std::string Simulator::set_record(const std::string& zone, const json::object& record) {
    const auto info = store_.zone(zone);
    if (!info) {
        throw runtime::UsageError("no zone " + zone);
    }
    const std::string name = full_name(std::string(record.at("name").as_string()), info->name);
    const auto same = records(zone, name, std::string(record.at("type").as_string()));
    if (same.size() != 1) {
        return add_record(zone, record);
    }
    std::string id = id_of(same.front());
    store_.change(info->id, api_.switches(), [&](Records& all, const ChangeContext& context) {
        return edit(all, id, record, context);
    });
    return id;
}

std::string Simulator::add_record(const std::string& zone, const json::object& record) {
    const auto info = store_.zone(zone);
    if (!info) {
        throw runtime::UsageError("no zone " + zone);
    }
    return id_of(
        store_.change(info->id, api_.switches(), [&](Records& all, const ChangeContext& context) {
            return create(all, record, context);
        }));
}

void Simulator::remove_record(const std::string& zone, const std::string& id) {
    const auto info = store_.zone(zone);
    if (!info) {
        throw runtime::UsageError("no zone " + zone);
    }
    store_.change(info->id, api_.switches(), [&](Records& all, const ChangeContext&) {
        return remove(all, id);
    });
}

std::vector<json::object> Simulator::records(
    const std::string& zone, const std::string& name, const std::string& type) const {
    std::vector<json::object> found;
    const auto info = store_.zone(zone);
    if (!info) {
        return found;
    }
    const auto all = store_.records(info->id);
    for (const auto& [id, record] : *all) {
        if ((name.empty() || record.name == name) && (type.empty() || record.type == type)) {
            found.push_back(to_json(record));
        }
    }
    return found;
}

std::string Simulator::content(
    const std::string& zone, const std::string& name, const std::string& type) const {
    const auto found = records(zone, name, type);
    return found.size() == 1 ? std::string(found.front().at("content").as_string()) : std::string();
}

}  // namespace lumos::simulator
