#include "workers/notifier/message_rule.h"

#include "workers/notifier/layout_rule.h"
#include "workers/notifier/story_rule.h"

#include <fmt/core.h>

#include <set>

namespace lumos::notifier {

namespace {

MessageText lay_out(const Story& story) {
    return {subject_of(story), text_of(story), html_of(story)};
}

// "12 domains"
std::string counted(const std::vector<Notice>& notices) {
    std::set<std::string> subjects;
    for (const auto& notice : notices) {
        subjects.insert(notice.subject);
    }
    const auto& kind = notices.front().kind;
    const std::string noun = kind == "control" ? "notice" : kind;
    return fmt::format("{} {}{}", subjects.size(), noun, subjects.size() == 1 ? "" : "s");
}

// Where to, as far as all of them agree: " fra-1 -> iad-1".
std::string way_of(const std::vector<Notice>& notices) {
    const auto to = common_text(notices, "toServerId");
    if (!to) {
        return {};
    }
    const auto from = common_text(notices, "fromServerId");
    const bool names_from = from && notices.front().alert != "server_recovered";
    return names_from ? fmt::format(" {} -> {}", *from, *to) : " -> " + *to;
}

}  // namespace

MessageText write_message(const Notice& notice) {
    return lay_out(story_of(notice));
}

MessageText write_digest(const std::vector<Notice>& notices) {
    if (notices.size() == 1) {
        return write_message(notices.front());
    }
    const auto& first = notices.front();
    auto story = story_of(first);
    story.title = fmt::format("{} {}{}", word_for(first.alert), counted(notices), way_of(notices));
    story.headline = story.title + ".";
    story.paragraphs = {"These came at nearly the same time, so they are in one mail."};
    story.facts.clear();
    for (const auto& notice : notices) {
        story.facts.push_back({readable_time(notice.time), story_of(notice).title});
    }
    story.command = "lumosctl events --type " + first.alert + " --account " + first.account;
    return lay_out(story);
}

}  // namespace lumos::notifier
