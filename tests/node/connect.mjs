// One way to connect for both roads: nats:// over TCP, ws:// over WebSocket.
import { readFileSync } from "node:fs";
import { credsAuthenticator, wsconnect } from "@nats-io/nats-core";
import { connect as tcpconnect } from "@nats-io/transport-node";

export async function connectWith(url, credsFile, more = {}) {
  const options = {
    servers: url,
    authenticator: credsAuthenticator(readFileSync(credsFile)),
    timeout: 5000,
    ...more,
  };
  return url.startsWith("ws") ? await wsconnect(options) : await tcpconnect(options);
}
