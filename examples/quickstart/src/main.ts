import { once } from "node:events";
import { ApertureClient } from "@aperture-flow/core";
import { createEngine } from "@aperture-flow/engine";
import { type App, startApps } from "./apps.ts";
import { type Arguments, readArguments, USAGE } from "./arguments.ts";
import { Meter } from "./meter.ts";
import { rateTable, totalTable } from "./table.ts";
import { startTraffic } from "./traffic.ts";

/** Three applications under one set of policies, with traffic and a live table; see README.md beside the policies. */
async function main(given: Arguments): Promise<void> {
  const engine = await createEngine({ policies: new URL("../policies/", import.meta.url) });
  const meter = new Meter(["orders", "catalog", "reports"]);
  const client = new ApertureClient({ control: engine, observer: meter });
  const apps = await startApps(client, given.ports);
  // Before anybody reads that Ctrl-C ends.
  const ended = end(given.seconds);
  console.log(introduction(apps, given.traffic));

  const stopTraffic = given.traffic ? startTraffic(apps) : async () => {};
  const stopTable = showTable(meter);
  await ended;

  stopTable();
  await stopTraffic();
  await Promise.all(apps.map((app) => app.close()));
  await client.shutdown();
  await engine.close();
  console.log(`\nSummary\n${totalTable(meter.read())}`);
}

function introduction(apps: readonly App[], traffic: boolean): string {
  const [orders, catalog, reports] = apps.map((app) => app.url);
  return `
Three applications under one set of policies (examples/quickstart/policies):

${apps.map(({ framework, url }) => `  ${framework.padEnd(8)} ${url}`).join("\n")}

The gold tenant may do 20 requests a second, every other tenant 2.${
    traffic ? " Two tenants are calling: gold keeps to its limit, free does not." : ""
  }
Try it from another terminal: a tenant within its limit, the one that is not, and yourself, until the answer is 429.

  curl -i -H 'x-tenant: gold' ${orders}
  curl -i -H 'x-tenant: free' ${catalog}
  for i in 1 2 3 4 5 6 7 8 9 10 11 12; do curl -i -H 'x-tenant: me' ${reports}; echo; done

Ctrl-C ends.
`;
}

/** Rewrites the table in place on a terminal, appends it every 5 seconds elsewhere. Returns the function that stops it. */
function showTable(meter: Meter): () => void {
  const live = process.stdout.isTTY === true;
  let before = meter.read();
  let beforeMs = performance.now();
  let lines = 0;
  const show = () => {
    const now = meter.read();
    const table = rateTable(before, now, performance.now() - beforeMs);
    if (live && lines > 0) process.stdout.write(`\x1b[${lines}A\x1b[J`);
    console.log(live ? table : `${table}\n`);
    lines = table.split("\n").length;
    before = now;
    beforeMs = performance.now();
  };
  const timer = setInterval(show, live ? 1000 : 5000);
  return () => {
    clearInterval(timer);
    show();
  };
}

/** Settles when the time is up or somebody presses Ctrl-C. */
async function end(seconds: number | undefined): Promise<void> {
  const stop = new AbortController();
  const signals = ["SIGINT", "SIGTERM"].map((signal) => once(process, signal, { signal: stop.signal }));
  const timer = seconds === undefined ? undefined : setTimeout(() => stop.abort(), seconds * 1000);
  await Promise.race(signals).catch(() => undefined);
  clearTimeout(timer);
  stop.abort();
  await Promise.allSettled(signals);
}

try {
  const given = readArguments(process.argv.slice(2));
  if (given.help) console.log(USAGE);
  else await main(given);
} catch (error) {
  console.error(`quickstart: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
