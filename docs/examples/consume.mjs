// node consume.mjs nats://bus.acme.example:4222 billing.creds acme_billing
// Prints each event of the account, also those that came while this was not running.
import { readFileSync } from "node:fs";
import { jetstream } from "@nats-io/jetstream";
import { connect, credsAuthenticator } from "@nats-io/transport-node";

const [url, credentials, name] = process.argv.slice(2);
const connection = await connect({
  servers: url,
  authenticator: credsAuthenticator(readFileSync(credentials)),
  inboxPrefix: `_INBOX_${name}`, // Answers are heard below it only.
  maxReconnectAttempts: -1,
});
const consumer = await jetstream(connection).consumers.get("EVENT", `sub_${name}`);
const seen = new Set(); // In a service: where its own work is kept, in the same transaction.

for await (const message of await consumer.consume()) {
  const event = message.json();
  if (!seen.has(event.id)) {
    seen.add(event.id);
    console.log(JSON.stringify(event));
  }
  message.ack(); // After the work: what is not acknowledged comes again.
}
