// webhook.mjs < requests.json: verifies each of [{secret, headers, body}] with the reference library of Standard Webhooks
// and reads it with the reference library of CloudEvents; prints [{id, type, subject, account, data}], or fails.
// webhook.mjs sign SECRET ID < body: the headers that the reference library would send with that body, now.
import { readFileSync } from "node:fs";
import { HTTP } from "cloudevents";
import { Webhook } from "standardwebhooks";

const [verb, secret, id] = process.argv.slice(2);
const input = readFileSync(0, "utf8");
if (verb === "sign") {
  const now = new Date();
  process.stdout.write(JSON.stringify({
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign(id, now, input),
  }));
} else {
  const read = JSON.parse(input).map(({ secret, headers, body }) => {
    new Webhook(secret).verify(body, headers);
    const event = HTTP.toEvent({ headers, body });
    event.validate();
    return { id: event.id, type: event.type, subject: event.subject, account: event.account, data: event.data };
  });
  process.stdout.write(JSON.stringify(read));
}
