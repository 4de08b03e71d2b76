#pragma once
// A DNS provider in memory whose answers a test scripts: each read and each write takes the next
// behaviour of its queue, or does as it should. Thread-safe. Outlives the providers that open()
// hands out.

#include "workers/shared/dns/provider.h"
#include "workers/shared/runtime/guarded.h"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lumos::fakes {

struct WriteBehaviour {
    enum class Kind {
        Apply,
        Refuse,
        SilenceApplied,  // No answer, and it has landed.
        SilenceLost,     // No answer, and it never lands.
        SilenceLate,     // No answer, and it lands when land_late() is called.
    };
    Kind kind = Kind::Apply;
    std::string reason = "rejected";  // Of a refusal.
    std::optional<std::chrono::seconds> retry_after = {};
};

struct ReadBehaviour {
    enum class Kind { Answer, Fail, Stale };  // Stale: as it was before the last change.
    Kind kind = Kind::Answer;
    std::string reason = "provider_unreachable";
    std::optional<std::chrono::seconds> retry_after = {};
};

class ScriptedProvider {
public:
    [[nodiscard]] std::unique_ptr<dns::Provider> open();

    // The record gets an id of its own where it has none.
    void put(dns::Record record);
    void remove(const std::string& name, const std::string& type);
    [[nodiscard]] std::vector<dns::Record> records() const;
    // "" where there is none, or several.
    [[nodiscard]] std::string content(const std::string& name, const std::string& type = "A") const;

    void next_write(WriteBehaviour behaviour);
    void next_read(ReadBehaviour behaviour);
    // From now on all goes well.
    void end_script();
    // A stale read would show something else.
    [[nodiscard]] bool has_changed_lately() const;
    // No read is stale by more than what comes after this.
    void forget_the_past();
    // Refuses every batch with such an edit in it.
    void refuse_where(std::function<bool(const dns::RecordEdit&)> bad);
    // Called inside of each write before anything happens to it, and of each read before it is
    // answered.
    void on_write(std::function<void()> callback);
    void on_read(std::function<void()> callback);
    void set_page_size(std::size_t records);

    // Lands one of the late writes, the oldest. False where there is none.
    bool land_late();
    // One of them never lands.
    bool drop_late();
    [[nodiscard]] std::size_t late() const;

    [[nodiscard]] std::vector<std::vector<dns::RecordEdit>> writes()
        const;                                // All that were asked for.
    [[nodiscard]] std::size_t reads() const;  // Of names and of pages.
    [[nodiscard]] std::size_t page_reads() const;

private:
    class Door;
    struct State {
        std::vector<dns::Record> records;
        std::vector<dns::Record> before;
        std::deque<WriteBehaviour> write_script;
        std::deque<ReadBehaviour> read_script;
        std::deque<std::vector<dns::RecordEdit>> late;
        std::vector<std::vector<dns::RecordEdit>> writes;
        std::function<bool(const dns::RecordEdit&)> bad;
        std::function<void()> on_write;
        std::function<void()> on_read;
        std::size_t reads = 0;
        std::size_t page_reads = 0;
        std::size_t page_size = 5'000;
        int next_id = 1;
    };
    static void apply(State& state, const std::vector<dns::RecordEdit>& edits);

    mutable runtime::Guarded<State> state_;
};

}  // namespace lumos::fakes
