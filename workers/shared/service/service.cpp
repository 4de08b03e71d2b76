#include "workers/shared/service/service.h"

#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/ids.h"
#include "workers/shared/runtime/process.h"

#include <string_view>
#include <utility>

namespace lumos::service {
namespace {

constexpr std::size_t kIdBytes = 6;
constexpr std::string_view kAnswersGo = "_INBOX";

bool asks(const std::string& subject, std::string_view verb) {
    const std::string exact = "$SRV." + std::string(verb);
    return subject == exact || subject.starts_with(exact + ".");
}

}  // namespace

Service::Service(bus::Connection& bus, Description description)
    : bus_(bus),
      description_(std::move(description)),
      identity_{
          .id = runtime::random_hex(kIdBytes),
          .version = runtime::kVersion,
          .started = runtime::SystemClock().now()} {
    const std::string mine = "$SRV.*." + description_.name;
    for (const auto& subject :
         {std::string("$SRV.PING"),
          std::string("$SRV.INFO"),
          std::string("$SRV.STATS"),
          mine,
          mine + "." + identity_.id}) {
        subscriptions_.push_back(
            bus_.subscribe(subject, [this](const bus::Message& question) { answer(question); }));
    }
}

void Service::answer(const bus::Message& question) {
    // Who asks names the subject of the answer: nobody shall have us publish anything else.
    if (!question.reply.starts_with(kAnswersGo)) {
        return;
    }
    if (asks(question.subject, "PING")) {
        bus_.answer(question, ping_answer(description_, identity_));
    } else if (asks(question.subject, "INFO")) {
        bus_.answer(question, info_answer(description_, identity_));
    } else if (asks(question.subject, "STATS")) {
        bus_.answer(question, stats_answer(description_, identity_));
    }
}

}  // namespace lumos::service
