// The reference's own SDK from npm, as a program would use it. Run in a folder where it is installed.

import { ApertureClient } from "@fluxninja/aperture-js";
import grpc from "@grpc/grpc-js";

const client = new ApertureClient({
  address: process.argv[2],
  channelCredentials: grpc.credentials.createInsecure(),
});
let flows = 0;

async function start(controlPoint, more = {}) {
  flows += 1;
  const params = { labels: { user: "alice" }, grpcCallOptions: { deadline: Date.now() + 30_000 }, ...more };
  const flow = await client.startFlow(controlPoint, params);
  if (flow.error() !== null) throw flow.error();
  return flow;
}

async function run(controlPoint, more) {
  const flow = await start(controlPoint, more);
  await flow.end();
  return flow;
}

const first = await run("limited");
const second = await start("limited");
// Before the end, which takes the answer apart.
const { seconds, nanos } = second.retryAfter();
await second.end();

const held = await start("placed");
const refused = await run("placed");
await held.end();
// This SDK is older than the call that ends a flow: its telemetry does it.
await client.tracerProvider.forceFlush();
const again = await run("placed");

const asked = { resultCacheKey: "greeting" };
const miss = await start("cached", asked);
await miss.setResultCache({ value: Buffer.from("hello"), ttl: { seconds: 60, nanos: 0 } });
await miss.end();
const hit = await start("cached", asked);
const found = hit.resultCache();
await hit.end();

await run("queued");
const startedMs = performance.now();
const waited = await run("queued");
const waitedMs = performance.now() - startedMs;

await client.tracerProvider.forceFlush();
const answer = {
  flows,
  limited: [first.shouldRun(), second.shouldRun()],
  status: second.httpResponseCode(),
  retryAfterMs: Number(seconds) * 1000 + nanos / 1e6,
  placed: [held.shouldRun(), refused.shouldRun(), again.shouldRun()],
  cached: [miss.resultCache().getLookupStatus(), found.getLookupStatus(), String(found.getValue())],
  queued: waited.shouldRun(),
  waitedMs,
};
console.log(JSON.stringify(answer));
process.exit(0);
