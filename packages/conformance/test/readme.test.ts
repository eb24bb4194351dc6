import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, readFile, rm, writeFile } from "node:fs/promises";
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

const EXAMPLES = ["README.md", "packages/express/README.md", "packages/fastify/README.md", "packages/koa/README.md"];
const ALL = [...EXAMPLES, "packages/core/README.md", "packages/engine/README.md"];

function read(path: string): Promise<string> {
  return readFile(new URL(path, ROOT), "utf8");
}

describe("README.md", () => {
  it("shows the two commands on its first screen", async () => {
    const firstScreen = (await read("README.md")).split("\n").slice(0, 30).join("\n");
    expect(firstScreen).to.match(/^npx --yes pnpm@\d+\.\d+\.\d+ start$/m);
    expect(firstScreen).to.match(/^npx --yes pnpm@\d+\.\d+\.\d+ test$/m);
  });

  for (const path of ALL) {
    it(`links from ${path} lead to files that exist`, async () => {
      const links = [...(await read(path)).matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link]) => link ?? "");
      expect(links).to.not.be.empty;
      for (const link of links) await access(new URL(link, new URL(path, ROOT)));
    });
  }

  for (const path of EXAMPLES) {
    it(`has an example of at most 15 lines in ${path} that does what it says`, async () => {
      const readme = await read(path);
      const example = block(readme, "js");
      expect(example.trimEnd().split("\n")).to.have.lengthOf.at.most(15);
      await withExample(example, block(readme, "yaml"), async (url) => {
        const first = await get(url, "alice");
        expect(first.status).to.equal(200);
        expect(first.headers.get("ratelimit-policy")).to.equal('"orders-per-user";q=10;w=10');
        const more = await Promise.all(Array.from({ length: 15 }, () => get(url, "alice")));
        const refused = more.find((response) => response.status === 429);
        expect(refused?.headers.get("retry-after")).to.equal("1");
        expect(refused?.headers.get("ratelimit")).to.equal('"orders-per-user";r=0;t=1');
        expect(refused?.headers.get("content-type")).to.equal("application/problem+json; charset=utf-8");
        expect((await get(url, "bob")).status).to.equal(200);
      });
    });
  }
});

async function withExample(example: string, policy: string, use: (url: string) => Promise<void>): Promise<void> {
  await mkdir(new URL("policies/", WORKPLACE), { recursive: true });
  await writeFile(new URL("app.mjs", WORKPLACE), example);
  await writeFile(new URL("policies/orders.yaml", WORKPLACE), policy);
  const port = await freePort();
  const env = { ...process.env, PORT: String(port) };
  const app = spawn(process.execPath, ["app.mjs"], { cwd: WORKPLACE, env, stdio: ["ignore", "inherit", "inherit"] });
  const closed = once(app, "close");
  try {
    const url = `http://localhost:${port}/orders`;
    await listening(url, app);
    await use(url);
  } finally {
    app.kill();
    await closed;
    await rm(WORKPLACE, { recursive: true });
  }
}

function get(url: string, user: string): Promise<Response> {
  return fetch(url, { headers: { "x-user": user, connection: "close" } });
}

async function listening(url: string, app: ChildProcess): Promise<void> {
  for (;;) {
    try {
      await get(url, "somebody");
      return;
    } catch (error) {
      if (app.exitCode !== null) throw error;
      await sleep(20);
    }
  }
}
