#include "workers/failover/fitness_rule.h"

#include "workers/failover/limits.h"

namespace lumos::failover {
namespace {

// An age by the database's clock that is negative says nothing: the clock was set back.
bool is_within(Time then, Time now, Seconds at_most) {
    return then <= now && now - then <= at_most;
}

std::string_view cause_in_words(const std::string& cause) {
    if (cause == "disconnect") {
        return "connection dropped";
    }
    if (cause == "stopping") {
        return "agent stopped";
    }
    if (cause == "silence") {
        return "not heard";
    }
    if (cause == "local_check") {
        return "local check fails";
    }
    return cause;
}

}  // namespace

bool is_interrupted(const Server& server, Time now) {
    return !server.hearing ||
           !is_within(server.hearing->advanced_at, now, limits::kHearingInterrupted);
}

Fitness usable_fitness(const Server& server) {
    if (server.fitness != Fitness::Ready) {
        return server.fitness;
    }
    const bool in_present_span = server.hearing && server.span == server.hearing->span;
    return in_present_span ? Fitness::Ready : Fitness::Unsure;
}

bool is_heard_lately(const Server& server, Time now) {
    return server.hearing && server.last_seen &&
           server.hearing->heard_until - *server.last_seen <= limits::kHeardLately &&
           is_within(server.hearing->advanced_at, now, limits::kHeardLately);
}

bool is_heard_since_out(const Server& server, const Server& given_up) {
    return server.last_seen && given_up.out_at && *server.last_seen > *given_up.out_at;
}

std::string describe(const Server& server) {
    std::string text = server.slug + " is " + std::string(to_string(server.status));
    if (server.status == Status::Unknown) {
        return text + " (its agent was never heard)";
    }
    text += " since " + time_of_day(server.status_since);
    if (server.status == Status::Error && !server.failed_checks.empty()) {
        return text + " (" + server.failed_checks + ")";
    }
    if (server.status == Status::Online || server.cause.empty()) {
        return text;
    }
    return text + " (" + std::string(cause_in_words(server.cause)) + ")";
}

std::string why(const Server& server) {
    if (server.status == Status::Unknown) {
        return "its agent was never heard";
    }
    if (server.status == Status::Error && !server.failed_checks.empty()) {
        return server.failed_checks;
    }
    if (server.status != Status::Online) {
        return std::string(cause_in_words(server.cause)) + " since " +
               time_of_day(server.status_since);
    }
    if (usable_fitness(server) == Fitness::Ready) {
        return "ready";
    }
    return server.fitness == Fitness::Ready
               ? "not heard since hearing was interrupted"
               : "online since " + time_of_day(server.status_since) + ", not yet steady";
}

std::string_view to_string(Status status) {
    switch (status) {
        case Status::Unknown:
            return "unknown";
        case Status::Online:
            return "online";
        case Status::Offline:
            return "offline";
        case Status::Error:
            return "error";
    }
    return "unknown";
}

std::string_view to_string(Fitness fitness) {
    switch (fitness) {
        case Fitness::Ready:
            return "ready";
        case Fitness::Unsure:
            return "unsure";
        case Fitness::Out:
            return "out";
    }
    return "unsure";
}

std::string time_of_day(Time time) {
    // "2026-11-22T03:12:04.117Z"
    const auto text = to_rfc3339(time);
    return text.substr(11, 8) + "Z";
}

}  // namespace lumos::failover
