// rights.mjs URL CREDS < attempts.json: tries each of [{verb: "publish"|"subscribe"|"request", subject, body}] and
// prints the same list with `refused`: what the server said, or null. The server answers a violation before the next
// PONG, so after a flush it is known.
import { readFileSync } from "node:fs";
import { connectWith } from "./connect.mjs";

const [url, creds] = process.argv.slice(2);
const attempts = JSON.parse(readFileSync(0, "utf8"));
const connection = await connectWith(url, creds, { reconnect: false });
let said = null;
(async () => {
  for await (const status of connection.status()) {
    if (status.type === "error") said = String(status.error);
  }
})();

for (const attempt of attempts) {
  said = null;
  if (attempt.verb === "subscribe") {
    connection.subscribe(attempt.subject, { callback: (error) => { if (error) said ??= String(error); } });
  } else {
    connection.publish(attempt.subject, attempt.body ?? "", attempt.reply ? { reply: attempt.reply } : undefined);
  }
  await connection.flush();
  // The status iterator hands its value over in a later turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  attempt.refused = said;
}
process.stdout.write(JSON.stringify(attempts));
await connection.close();
