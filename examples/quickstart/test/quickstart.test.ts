import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const ANY_PORTS = ["--express-port", "0", "--fastify-port", "0", "--koa-port", "0"];

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly code: Promise<number | null>;
}

function start(...given: string[]): Run {
  const child = spawn(process.execPath, [MAIN, ...given], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  return { child, output: () => output, code: once(child, "close").then(([code]) => code) };
}

/** The three URLs, as soon as they are printed. */
async function urls({ child, output }: Run): Promise<string[]> {
  const found = () => [...output().matchAll(/(?:Express|Fastify|Koa) +(http:\S+)/g)].map(([, url]) => url ?? "");
  while (found().length < 3 && child.exitCode === null)
    await Promise.race([once(child.stdout ?? child, "data"), once(child, "close")]);
  return found();
}

/** Accepted and rejected by control point, as the summary has them. */
function summary({ output }: Run): ReadonlyMap<string, readonly [accepted: number, rejected: number]> {
  const [, text = ""] = output().split("Summary");
  const rows = [...text.matchAll(/(orders|catalog|reports) +(\d+) +(\d+)/g)];
  return new Map(rows.map(([, name = "", accepted, rejected]) => [name, [Number(accepted), Number(rejected)]]));
}

const get = (url: string, tenant: string) => fetch(url, { headers: { "x-tenant": tenant, connection: "close" } });

describe("quickstart", () => {
  it("ends by itself with a summary after --seconds", async () => {
    const run = start("--seconds", "2", ...ANY_PORTS);
    expect(await run.code, run.output()).to.equal(0);
    const counts = summary(run);
    expect([...counts.keys()]).to.deep.equal(["orders", "catalog", "reports"]);
    for (const [name, [accepted]] of counts) expect(accepted, name).to.be.greaterThan(0);
    expect(run.output()).to.match(/control point +accepted\/s +rejected\/s +in flight +decision\n/);
    for (const name of counts.keys())
      expect(run.output()).to.match(new RegExp(`${name} +\\d+\\.\\d +\\d+\\.\\d +\\d+ +(?:\\d+ us|-)\n`));
  });

  it("prints three lines that a shell takes as they are, one for each application", async () => {
    const run = start("--seconds", "0", ...ANY_PORTS);
    const [express = "", fastify = "", koa = ""] = await urls(run);
    expect(await run.code, run.output()).to.equal(0);
    const lines = run.output().match(/^.*curl .*$/gm) ?? [];
    const asked = lines.map((line) =>
      execFileSync("sh", ["-c", `curl() { echo "$@"; }\n${line}`], { encoding: "utf8" }),
    );
    expect(asked.map((text) => [...new Set(text.split("\n").filter((command) => command !== ""))])).to.deep.equal([
      [`-i -H x-tenant: gold ${express}`],
      [`-i -H x-tenant: free ${fastify}`],
      [`-i -H x-tenant: me ${koa}`],
    ]);
  });

  it("ends with a summary on Ctrl-C in the middle of its traffic", async () => {
    const run = start(...ANY_PORTS);
    expect(await urls(run)).to.have.lengthOf(3);
    run.child.kill("SIGINT");
    expect(await run.code, run.output()).to.equal(0);
    expect(summary(run)).to.have.lengthOf(3);
  });

  it("answers 200 with RateLimit headers, then 429, to one tenant while the other still gets 200", async () => {
    const run = start("--no-traffic", ...ANY_PORTS);
    try {
      for (const [index, url] of (await urls(run)).entries()) {
        const accepted = await get(url, `tenant-${index}`);
        expect(accepted.status, url).to.equal(200);
        expect(accepted.headers.get("ratelimit-policy")).to.equal('"free-tier";q=5;w=3');
        expect(accepted.headers.get("ratelimit")).to.match(/^"free-tier";r=4;t=1$/);
        const burst = await Promise.all(Array.from({ length: 10 }, () => get(url, `tenant-${index}`)));
        const refused = burst.find((response) => response.status === 429);
        expect(Number(refused?.headers.get("retry-after"))).to.be.at.least(1);
        expect(refused?.headers.get("content-type")).to.match(/^application\/problem\+json/);
        expect(await refused?.json()).to.include({ status: 429, title: "Quota exceeded" });
        expect((await get(url, "gold")).status).to.equal(200);
      }
    } finally {
      run.child.kill("SIGINT");
    }
    expect(await run.code, run.output()).to.equal(0);
    for (const [name, [accepted, rejected]] of summary(run))
      expect(accepted + rejected, `${name}, where nobody else called`).to.equal(12);
  });

  it("says which port is in use and which flag chooses another", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    try {
      const { port } = taken.address() as AddressInfo;
      const run = start("--seconds", "1", ...ANY_PORTS, "--koa-port", String(port));
      expect(await run.code).to.equal(1);
      expect(run.output()).to.include(`port ${port} for the Koa application is in use`).and.include("--koa-port");
    } finally {
      taken.close();
    }
  });

  it("refuses options that it does not know or cannot use", async () => {
    for (const given of [
      ["--secnds", "3"],
      ["--seconds", "soon"],
      ["--koa-port", "70000"],
    ]) {
      const run = start(...given);
      expect(await run.code, given.join(" ")).to.equal(1);
      expect(run.output()).to.match(/^quickstart: /);
    }
  });
});
