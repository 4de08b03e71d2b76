#include "tests/fakes/scripted_provider.h"

#include <algorithm>

namespace lumos::fakes {

class ScriptedProvider::Door final : public dns::Provider {
public:
    explicit Door(ScriptedProvider& zone) : zone_(zone) {}

    dns::Answer<dns::TokenState> verify_token(Millis /*deadline*/) override {
        dns::Answer<dns::TokenState> answer;
        answer.value = dns::TokenState{.active = true, .status = "active", .expires_on = {}};
        return answer;
    }
    dns::Answer<std::vector<dns::Zone>> zones(Millis /*deadline*/) override {
        dns::Answer<std::vector<dns::Zone>> answer;
        answer.value.emplace();
        return answer;
    }
    dns::Answer<dns::Zone> zone(std::string_view name_or_id, Millis /*deadline*/) override {
        dns::Answer<dns::Zone> answer;
        answer.value = dns::Zone{};
        answer.value->id = std::string(name_or_id);
        return answer;
    }
    dns::Answer<bool> may_edit(std::string_view /*zone_id*/, Millis /*deadline*/) override {
        dns::Answer<bool> answer;
        answer.value = true;
        return answer;
    }

    dns::Answer<std::vector<dns::Record>> records_of(
        std::string_view /*zone_id*/, std::string_view name, Millis /*deadline*/) override {
        auto answer = read();
        if (answer.value) {
            std::erase_if(
                *answer.value, [&](const dns::Record& record) { return record.name != name; });
        }
        return answer;
    }

    dns::Answer<dns::RecordPage> records_page(
        std::string_view /*zone_id*/, int page, Millis /*deadline*/) override {
        const auto all = read();
        auto state = zone_.state_.lock();
        ++state->page_reads;
        dns::Answer<dns::RecordPage> answer;
        answer.error = all.error;
        answer.retry_after = all.retry_after;
        if (!all.value) {
            return answer;
        }
        const auto begin =
            std::min(all.value->size(), static_cast<std::size_t>(page - 1) * state->page_size);
        const auto end = std::min(all.value->size(), begin + state->page_size);
        dns::RecordPage read_page;
        read_page.records.assign(
            all.value->begin() + static_cast<std::ptrdiff_t>(begin),
            all.value->begin() + static_cast<std::ptrdiff_t>(end));
        read_page.more = end < all.value->size();
        read_page.next_page = page + 1;
        answer.value = std::move(read_page);
        return answer;
    }

    dns::WriteResult write(
        std::string_view /*zone_id*/,
        const std::vector<dns::RecordEdit>& edits,
        Millis /*deadline*/) override {
        if (const auto callback = callback_of(&State::on_write)) {
            callback();
        }
        auto state = zone_.state_.lock();
        state->writes.push_back(edits);
        WriteBehaviour behaviour;
        if (state->bad && std::ranges::any_of(edits, state->bad)) {
            behaviour.kind = WriteBehaviour::Kind::Refuse;
        } else if (!state->write_script.empty()) {
            behaviour = state->write_script.front();
            state->write_script.pop_front();
        }
        return act(*state, behaviour, edits);
    }

private:
    std::function<void()> callback_of(std::function<void()> State::*which) {
        auto state = zone_.state_.lock();
        return (*state).*which;
    }

    static dns::WriteResult act(
        State& state, const WriteBehaviour& behaviour, const std::vector<dns::RecordEdit>& edits) {
        using Kind = WriteBehaviour::Kind;
        dns::WriteResult result;
        result.verdict = dns::Verdict::Unknown;
        result.error.reason = "provider_unreachable";
        result.error.message = "no answer in time";
        result.retry_after = behaviour.retry_after;
        switch (behaviour.kind) {
            case Kind::Apply:
                apply(state, edits);
                result.verdict = dns::Verdict::Applied;
                break;
            case Kind::Refuse:
                result.verdict = dns::Verdict::Refused;
                result.error.reason = behaviour.reason;
                result.error.http_status = behaviour.reason == "rate_limited" ? 429 : 400;
                result.error.message = "refused by script";
                break;
            case Kind::SilenceApplied:
                apply(state, edits);
                break;
            case Kind::SilenceLate:
                state.late.push_back(edits);
                break;
            case Kind::SilenceLost:
                break;
        }
        return result;
    }

    dns::Answer<std::vector<dns::Record>> read() {
        if (const auto callback = callback_of(&State::on_read)) {
            callback();
        }
        auto state = zone_.state_.lock();
        ++state->reads;
        ReadBehaviour behaviour;
        if (!state->read_script.empty()) {
            behaviour = state->read_script.front();
            state->read_script.pop_front();
        }
        dns::Answer<std::vector<dns::Record>> answer;
        switch (behaviour.kind) {
            case ReadBehaviour::Kind::Answer:
                answer.value = state->records;
                break;
            case ReadBehaviour::Kind::Stale:
                answer.value = state->before;
                break;
            case ReadBehaviour::Kind::Fail:
                answer.error.reason = behaviour.reason;
                answer.error.message = "not read, by script";
                answer.retry_after = behaviour.retry_after;
                break;
        }
        return answer;
    }

    ScriptedProvider& zone_;
};

std::unique_ptr<dns::Provider> ScriptedProvider::open() {
    return std::make_unique<Door>(*this);
}

void ScriptedProvider::put(dns::Record record) {
    auto state = state_.lock();
    if (record.id.empty()) {
        record.id = "record-" + std::to_string(state->next_id++);
    }
    state->records.push_back(std::move(record));
    state->before = state->records;
}

void ScriptedProvider::remove(const std::string& name, const std::string& type) {
    auto state = state_.lock();
    std::erase_if(state->records, [&](const dns::Record& record) {
        return record.name == name && record.type == type;
    });
}

std::vector<dns::Record> ScriptedProvider::records() const {
    return state_.lock()->records;
}

std::string ScriptedProvider::content(const std::string& name, const std::string& type) const {
    std::vector<std::string> found;
    for (const auto& record : records()) {
        if (record.name == name && record.type == type) {
            found.push_back(record.content);
        }
    }
    return found.size() == 1 ? found.front() : "";
}

void ScriptedProvider::next_write(WriteBehaviour behaviour) {
    state_.lock()->write_script.push_back(std::move(behaviour));
}

void ScriptedProvider::next_read(ReadBehaviour behaviour) {
    state_.lock()->read_script.push_back(std::move(behaviour));
}

void ScriptedProvider::end_script() {
    auto state = state_.lock();
    state->write_script.clear();
    state->read_script.clear();
    state->before = state->records;
}

bool ScriptedProvider::has_changed_lately() const {
    auto state = state_.lock();
    return !std::ranges::equal(
        state->before, state->records, {}, &dns::Record::content, &dns::Record::content);
}

void ScriptedProvider::forget_the_past() {
    auto state = state_.lock();
    state->before = state->records;
}

void ScriptedProvider::refuse_where(std::function<bool(const dns::RecordEdit&)> bad) {
    state_.lock()->bad = std::move(bad);
}

void ScriptedProvider::on_write(std::function<void()> callback) {
    state_.lock()->on_write = std::move(callback);
}

void ScriptedProvider::on_read(std::function<void()> callback) {
    state_.lock()->on_read = std::move(callback);
}

void ScriptedProvider::set_page_size(std::size_t records) {
    state_.lock()->page_size = records;
}

bool ScriptedProvider::land_late() {
    auto state = state_.lock();
    if (state->late.empty()) {
        return false;
    }
    const auto edits = state->late.front();
    state->late.pop_front();
    apply(*state, edits);
    return true;
}

bool ScriptedProvider::drop_late() {
    auto state = state_.lock();
    if (state->late.empty()) {
        return false;
    }
    state->late.pop_front();
    return true;
}

std::size_t ScriptedProvider::late() const {
    return state_.lock()->late.size();
}

std::vector<std::vector<dns::RecordEdit>> ScriptedProvider::writes() const {
    return state_.lock()->writes;
}

std::size_t ScriptedProvider::reads() const {
    return state_.lock()->reads;
}

std::size_t ScriptedProvider::page_reads() const {
    return state_.lock()->page_reads;
}

void ScriptedProvider::apply(State& state, const std::vector<dns::RecordEdit>& edits) {
    using Kind = dns::RecordEdit::Kind;
    state.before = state.records;
    for (const auto& edit : edits) {
        if (edit.kind == Kind::Create) {
            auto record = edit.before;
            record.id = "record-" + std::to_string(state.next_id++);
            record.content = edit.content;
            record.ttl = edit.ttl;
            state.records.push_back(std::move(record));
            continue;
        }
        const auto found = std::ranges::find(state.records, edit.before.id, &dns::Record::id);
        if (found == state.records.end()) {
            continue;
        }
        if (edit.kind == Kind::Remove) {
            state.records.erase(found);
            continue;
        }
        found->content = edit.content;
        found->ttl = edit.ttl;
    }
}

}  // namespace lumos::fakes
