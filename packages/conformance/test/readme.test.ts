import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";

const ROOT = new URL("../../../", import.meta.url);
/** Built and ignored by git, and inside a package that has all that the example imports. */
const WORKPLACE = new URL("examples/quickstart/dist/readme/", ROOT);

function block(readme: string, language: string): string {
  const found = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1];
  if (found === undefined) throw new Error(`the README has no ${language} example`);
  return found;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** The answer, once the example listens. */
async function get(url: string, user: string, ended: () => boolean): Promise<Response> {
  for (;;) {
    try {
      return await fetch(url, { headers: { "x-user": user, connection: "close" } });
    } catch (error) {
      if (ended()) throw error;
      await sleep(20);
    }
  }
}

describe("README.md", () => {
  let readme: string;
  before(async () => {
    readme = await readFile(new URL("README.md", ROOT), "utf8");
  });

  it("shows the two commands on its first screen", () => {
    const firstScreen = readme.split("\n").slice(0, 30).join("\n");
    expect(firstScreen).to.match(/^npx --yes pnpm@\d+\.\d+\.\d+ start$/m);
    expect(firstScreen).to.match(/^npx --yes pnpm@\d+\.\d+\.\d+ test$/m);
  });

  it("links to files that exist", async () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path ?? "");
    expect(links).to.not.be.empty;
    for (const path of links.filter((link) => link.includes("."))) await readFile(new URL(path, ROOT));
  });

  it("has an example of at most 15 lines that does what the README says", async () => {
    const example = block(readme, "js");
    expect(example.trimEnd().split("\n")).to.have.lengthOf.at.most(15);
    await mkdir(new URL("policies/", WORKPLACE), { recursive: true });
    await writeFile(new URL("app.mjs", WORKPLACE), example);
    await writeFile(new URL("policies/orders.yaml", WORKPLACE), block(readme, "yaml"));
    const port = await freePort();
    const app = spawn(process.execPath, ["app.mjs"], {
      cwd: WORKPLACE,
      env: { ...process.env, PORT: String(port) },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const closed = once(app, "close");
    try {
      const url = `http://127.0.0.1:${port}/orders`;
      const first = await get(url, "alice", () => app.exitCode !== null);
      expect(first.status).to.equal(200);
      expect(first.headers.get("ratelimit-policy")).to.equal('"orders-per-user";q=10;w=10');
      const more = await Promise.all(Array.from({ length: 15 }, () => get(url, "alice", () => true)));
      const refused = more.find((response) => response.status === 429);
      expect(refused?.headers.get("retry-after")).to.equal("1");
      expect((await get(url, "bob", () => true)).status).to.equal(200);
    } finally {
      app.kill();
      await closed;
      await rm(WORKPLACE, { recursive: true });
    }
  });
});
