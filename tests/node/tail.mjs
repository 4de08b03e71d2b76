// tail.mjs URL CREDS SUBJECT...: every message as one JSON line {at, subject, id, body}, until standard input closes.
import { connectWith } from "./connect.mjs";

const [url, creds, ...subjects] = process.argv.slice(2);
const connection = await connectWith(url, creds, { maxReconnectAttempts: -1 });
for (const subject of subjects) {
  connection.subscribe(subject, {
    callback: (error, message) => {
      if (error) throw error;
      const line = {
        at: Date.now() / 1000,
        subject: message.subject,
        id: message.headers?.get("Nats-Msg-Id") || null,
        contentType: message.headers?.get("content-type") || null,
        body: message.string(),
      };
      process.stdout.write(JSON.stringify(line) + "\n");
    },
  });
}
await connection.flush();
process.stdout.write(JSON.stringify({ ready: true }) + "\n");
process.stdin.resume();
process.stdin.on("end", async () => {
  await connection.close();
  process.exit(0);
});
