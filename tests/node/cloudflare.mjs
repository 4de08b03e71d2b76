// cloudflare.mjs BASE_URL TOKEN: Cloudflare's own client, unchanged, against the simulator. Prints what it saw as JSON.
// What it needs and has no call for (a record made by hand, a fault) it asks of /simulator.
import Cloudflare from "cloudflare";

const [baseURL, apiToken] = process.argv.slice(2);
const client = new Cloudflare({ baseURL, apiToken });
const seen = {};

async function control(method, path, body) {
  const root = new URL(baseURL).origin;
  const answer = await fetch(`${root}/simulator${path}`, { method, body: body && JSON.stringify(body) });
  return answer.json();
}

// The error of a call that must fail: its class, status and first code.
async function refusal(call) {
  try {
    await call();
    return "no error";
  } catch (error) {
    return { name: error.constructor.name, status: error.status ?? null, code: error.errors?.[0]?.code ?? null };
  }
}

async function all(pages) {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
}

seen.token = (await client.user.tokens.verify()).status;
const zones = await all(client.zones.list({ per_page: 20 }));
seen.zones = zones.length;
const zone_id = (await client.zones.list({ name: "example.com" })).result[0].id;
seen.zone = (await client.zones.get({ zone_id })).plan.legacy_id;

const made = await client.dns.records.create(
  { zone_id, type: "A", name: "www.example.com", content: "203.0.113.10", ttl: 300, comment: "shop" });
await client.dns.records.create({ zone_id, type: "AAAA", name: "www.example.com", content: "2001:db8::10", ttl: 300 });
for (let i = 0; i < 5; i++) {
  await client.dns.records.create({ zone_id, type: "TXT", name: `t${i}.example.com`, content: `"${i}"`, ttl: 1 });
}
seen.records = (await all(client.dns.records.list({ zone_id, per_page: 3 }))).length;
const found = await all(client.dns.records.list({ zone_id, name: { exact: "www.example.com" } }));
seen.found = found.map((record) => `${record.type} ${record.content}`);

const patched = await client.dns.records.edit(made.id, { zone_id, content: "198.51.100.20", ttl: 60 });
seen.patched = [patched.id === made.id, patched.content, patched.ttl, patched.comment];
const put = await client.dns.records.update(
  made.id, { zone_id, type: "A", name: "www.example.com", content: "198.51.100.21", ttl: 60 });
seen.put = [put.content, put.comment];

const batch = await client.dns.records.batch({
  zone_id,
  deletes: [{ id: found.find((record) => record.type === "AAAA").id }],
  patches: [{ id: made.id, content: "203.0.113.10", ttl: 300 }],
  posts: [{ type: "A", name: "new.example.com", content: "203.0.113.11", ttl: 60 }],
});
seen.batch = [batch.deletes.length, batch.patches[0].content, batch.posts[0].name];

const identical = { zone_id, type: "A", name: "new.example.com", content: "203.0.113.11", ttl: 60 };
seen.identical = await refusal(() => client.dns.records.create(identical));
seen.gone = await refusal(() => client.dns.records.get("0123456789abcdef0123456789abcdef", { zone_id }));
seen.rolled_back = await refusal(() => client.dns.records.batch({
  zone_id, patches: [{ id: made.id, content: "192.0.2.1" }], posts: [identical] }));
seen.after_roll_back = (await client.dns.records.get(made.id, { zone_id })).content;
seen.foreign_zone = await refusal(() => client.zones.get({ zone_id: "0123456789abcdef0123456789abcdef" }));
seen.bad_token = await refusal(() => new Cloudflare({ baseURL, apiToken: "short" }).zones.list());

// The client retries by itself: a create that was made although a 502 came back is then there already.
await control("POST", "/faults", { method: "POST", answer: "502" });
seen.retried_create = await refusal(() => client.dns.records.create({ ...identical, content: "203.0.113.12" }));
await control("POST", "/faults", {
  method: "PATCH", before: true, answer: { status: 429, headers: { "retry-after": "1" }, body: {
    success: false, errors: [{ code: 971, message: "Please wait and consider throttling your request speed" }] } } });
const started = Date.now();
seen.retried_after_429 = (await client.dns.records.edit(made.id, { zone_id, content: "198.51.100.20", ttl: 60 })).content;
seen.waited = Date.now() - started >= 1000;
await control("POST", "/faults", { method: "PATCH", cut: "close", before: true });
seen.retried_after_cut = (await client.dns.records.edit(made.id, { zone_id, content: "203.0.113.10", ttl: 60 })).content;

seen.exported = (await client.dns.records.export({ zone_id })).includes("www.example.com.\t60\tIN\tA\t203.0.113.10");
seen.deleted = (await client.dns.records.delete(made.id, { zone_id })).id === made.id;
process.stdout.write(JSON.stringify(seen));
