#pragma once
// A migrated database with servers, and replicas of presence whose reading is played by hand: what
// NATS stores, every replica has read at once. The stream's clock is the test's, the database's is
// real. Not thread-safe, but for replicas' rounds.

#include "sql/connection.h"
#include "sql/transaction.h"
#include "tests/support/postgres_server.h"
#include "workers/presence/hearing_round.h"
#include "workers/shared/runtime/clock.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace lumos::presence::testing {

using namespace std::chrono_literals;

inline constexpr std::int64_t kClient = 1;

struct Replica {
    Replica(const std::string& url, const Limits& limits);
    Heard heard;
    runtime::SystemClock clock;
    sql::Connection session;
    HearingRound round;
};

struct Spoken {
    Said said = Said::Online;
    std::int64_t client = kClient;
    std::string session = "s1";
    std::string boot = "b1";
    AgentReport report = {};
};

class PresenceWorld {
public:
    explicit PresenceWorld(std::size_t replicas = 1);

    // ---- the database ----
    std::int64_t server(const std::string& slug);
    // s-1 ... s-<count>.
    void servers(int count);
    sql::Rows run(const std::string& text);
    // The one value of the one row, null as "".
    std::string value(const std::string& text);
    // A column of server_presence.
    std::string of(const std::string& slug, const std::string& column);
    [[nodiscard]] const std::string& database() const { return database_; }
    // Everything that a round could write, as text.
    std::string everything();

    // ---- the streams ----
    Replica& replica(std::size_t number = 0) { return *replicas_[number]; }
    void speaks(const std::string& slug, const Spoken& spoken = {});
    void connects(const std::string& slug, std::int64_t client);
    void disconnects(const std::string& slug, std::int64_t client, const std::string& reason);
    // Both streams are made anew; all replicas read the new ones.
    void wipe_streams();
    void wipe_streams_unnoticed_by(const Replica& one);

    // ---- rounds ----
    // The beat of a replica, sent now and read back.
    ReadBeat beat(Replica& of);
    RoundResult round(Replica& by, Duration later = 1s);
    RoundResult round(Duration later = 1s) { return round(replica(), later); }
    // Rounds every two seconds, in which all of `speaking` are heard; until so much was heard.
    void listen(Duration how_long, const std::vector<std::string>& speaking = {});

    Limits limits;
    Time now{std::chrono::seconds{1'795'317'120}};  // The stream's clock.
    std::string node = "N1";
    std::string url = "nats://n";

private:
    void event(const std::string& slug, ClientEvent event);

    std::string database_;
    sql::Connection session_;
    std::vector<std::unique_ptr<Replica>> replicas_;
    Time created_ = now;
    std::int64_t sequence_ = 0;
    std::int64_t bus_sequence_ = 0;
};

}  // namespace lumos::presence::testing
