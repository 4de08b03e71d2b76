#include "bus/replies.h"

#include "bus/link.h"

namespace lumos::bus {

namespace {

CallbackTargets<Replies::Board>& board_targets() {
    static CallbackTargets<Replies::Board> targets;
    return targets;
}

void on_reply(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
    auto incoming = take_over(message);
    if (const auto board = board_targets().find(closure)) {
        board->put(std::move(incoming));
    }
}

}  // namespace

void Replies::Board::put(Incoming message) {
    CallbackTargets<Inbox>::Owned answer;
    {
        const std::lock_guard lock(mutex_);
        const auto found = waiting_.find(message.subject);
        if (found != waiting_.end()) {
            answer = found->second.lock();
        }
    }
    if (answer) {
        answer->put(std::move(message));
    }
}

void Replies::Board::add(const std::string& subject, const Shared<Inbox>& answer) {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(subject, answer);
}

void Replies::Board::remove(const std::string& subject) {
    const std::lock_guard lock(mutex_);
    waiting_.erase(subject);
}

Replies::Replies(natsConnection* connection, LinkEvents& events, std::string prefix)
    : events_(events),
      prefix_(std::move(prefix)),
      board_(make_shared_with<Board>()),
      number_(board_targets(), board_) {
    natsSubscription* raw = nullptr;
    const auto subject = prefix_ + ".*";
    check(
        natsConnection_Subscribe(&raw, connection, subject.c_str(), &on_reply, number_.closure()),
        "subscribe " + subject);
    subscription_.reset(raw);
}

std::string Replies::next_subject() {
    const std::lock_guard lock(mutex_);
    return prefix_ + "." + std::to_string(++last_);
}

Replies::Expected::Expected(Replies& replies)
    : replies_(replies),
      subject_(replies.next_subject()),
      answer_(make_shared_with<Inbox>()) {
    replies_.board_->add(subject_, answer_);
    replies_.events_.add(answer_);
}

Replies::Expected::~Expected() {
    replies_.board_->remove(subject_);
}

}  // namespace lumos::bus
