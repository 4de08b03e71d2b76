// follow nats://bus.acme.example:4222 billing.creds acme_billing
// g++ -std=c++20 follow.cpp -lnats -o follow        (Debian: libnats-dev)
// Prints each event of the account as one line of JSON, also those that came while this was not
// running.
#include <nats/nats.h>

#include <cstdio>
#include <cstdlib>
#include <string>

static void must(natsStatus status, const char* what) {
    if (status != NATS_OK) {
        std::fprintf(stderr, "%s: %s\n", what, natsStatus_GetText(status));
        std::exit(1);
    }
}

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: follow URL CREDENTIALS ACCOUNT_NAME\n");
        return 2;
    }
    const std::string name = argv[3], consumer = "sub_" + name, inbox = "_INBOX_" + name;
    natsOptions* options = nullptr;
    must(natsOptions_Create(&options), "options");
    must(natsOptions_SetURL(options, argv[1]), "address");
    must(natsOptions_SetUserCredentialsFromFiles(options, argv[2], nullptr), "credentials");
    must(natsOptions_SetCustomInboxPrefix(options, inbox.c_str()), "inbox prefix");
    must(natsOptions_SetMaxReconnect(options, -1), "reconnect");
    natsConnection* connection = nullptr;
    must(natsConnection_Connect(&connection, options), "connect");
    jsCtx* stream = nullptr;
    must(natsConnection_JetStream(&stream, connection, nullptr), "stream");
    jsSubOptions reading;
    jsSubOptions_Init(&reading);
    reading.Stream = "EVENT";
    reading.Consumer = consumer.c_str();
    natsSubscription* events = nullptr;
    must(
        js_PullSubscribe(&events, stream, nullptr, consumer.c_str(), nullptr, &reading, nullptr),
        "consumer");
    for (;;) {
        natsMsgList batch{};
        // One at a time: in nats.c 3.4.1, which Debian 12 has, a fetch of several may write past
        // its array.
        const natsStatus status = natsSubscription_Fetch(&batch, events, 1, 5000, nullptr);
        if (status == NATS_TIMEOUT)
            continue;  // Nothing happened.
        must(status, "fetch");
        std::printf("%.*s\n", natsMsg_GetDataLength(batch.Msgs[0]), natsMsg_GetData(batch.Msgs[0]));
        std::fflush(stdout);
        must(natsMsg_Ack(batch.Msgs[0], nullptr), "acknowledge");  // After the work.
        natsMsgList_Destroy(&batch);
    }
}
