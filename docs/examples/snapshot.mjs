// node snapshot.mjs ACCOUNT [SEQUENCE]
// The present state of every domain, then what happens behind that: nothing is missed in between. Give it the last
// sequence that you have dealt with; without one, it reads the log to its end first.
const api = `${process.env.LUMOS_API_URL}/api/v1/accounts/${process.argv[2]}`;
const headers = { authorization: `Bearer ${process.env.LUMOS_API_TOKEN}` };

async function get(path) {
  const response = await fetch(api + path, { headers });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

// Pages behind the cursor, each given to `use`; the cursor at the end of the log.
async function read(cursor, use) {
  for (;;) {
    const page = await get(`/events?limit=500&after=${cursor}`);
    page.items.forEach(use);
    cursor = page.next;
    if (page.items.length === 0) return cursor;
  }
}

let cursor = process.argv[3] ?? (await read("0", () => {})); // First where the log ends, then the state.
for (let after = "", page; after !== null; after = page.next) {
  page = await get(`/domains?limit=500&after=${encodeURIComponent(after)}`);
  for (const domain of page.items) console.log(JSON.stringify({ domain: domain.domain, epoch: domain.epoch, ip: domain.publishedIp }));
}
console.log(JSON.stringify({ cursor }));
for (;;) {
  cursor = await read(cursor, (event) => console.log(JSON.stringify({ event: event.type, sequence: event.sequence, subject: event.subject })));
  await new Promise((resolve) => setTimeout(resolve, 1000));
}
