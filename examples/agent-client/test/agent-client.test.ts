import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { accepted, rejected } from "@aperture-flow/core/testing";
import { FakeAgent } from "@aperture-flow/core/testing/grpc";
import { expect } from "chai";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const REQUESTS = 10;
const REJECTS = 5;

/** What the reference's sdk-validator serves: an agent that rejects the first flows. */
function validatingAgent(): Promise<FakeAgent> {
  return FakeAgent.start({ answers: [...Array.from({ length: REJECTS }, () => rejected()), accepted()] });
}

interface RunningApp {
  readonly url: string;
  /** Tells it to end. Its exit code, and what it said. */
  end(): Promise<{ readonly code: number; readonly output: string }>;
}

async function start(framework: string, agent: FakeAgent): Promise<RunningApp> {
  const env = {
    ...process.env,
    APERTURE_AGENT_ADDRESS: agent.address,
    APERTURE_AGENT_INSECURE: "true",
    APERTURE_APP_PORT: "0",
  };
  const child = spawn(process.execPath, [MAIN, framework], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const closed = once(child, "close");
  await Promise.race([once(child.stdout, "data"), closed]);
  return {
    url: /http:\S+(?=\/super)/.exec(output)?.[0] ?? "",
    async end() {
      child.kill("SIGTERM");
      const [code] = await closed;
      return { code, output };
    },
  };
}

async function statuses(url: string, count: number): Promise<number[]> {
  const found: number[] = [];
  for (let index = 0; index < count; index += 1) found.push((await fetch(url)).status);
  return found;
}

async function connected(url: string): Promise<void> {
  for (let attempts = 0; attempts < 500; attempts += 1) {
    if ((await fetch(url)).status === 200) return;
  }
  throw new Error("it never connected");
}

const rejects = (found: readonly number[]) => found.filter((status) => status >= 400).length;

describe("agent-client", () => {
  for (const framework of ["express", "fastify", "koa"]) {
    it(`does what the reference's sdk-validator asks of it, with ${framework}`, async () => {
      const agent = await validatingAgent();
      const app = await start(framework, agent);
      try {
        await connected(`${app.url}/connected`);
        expect(await (await fetch(`${app.url}/health`)).text()).to.equal("Healthy");
        expect(rejects(await statuses(`${app.url}/super`, REQUESTS))).to.equal(REJECTS);
        expect(agent.callsOf("Check"), "flows of other paths").to.have.length(REQUESTS);
        await agent.stop();
        expect(rejects(await statuses(`${app.url}/super`, REQUESTS)), "without an agent").to.equal(0);
      } finally {
        const { code, output } = await app.end();
        expect(code, output).to.equal(0);
      }
    });

    it(`ends by itself when told to, and has reported every flow by then, with ${framework}`, async () => {
      const agent = await validatingAgent();
      const app = await start(framework, agent);
      await connected(`${app.url}/connected`);
      await statuses(`${app.url}/super`, REQUESTS);
      const { code, output } = await app.end();
      expect(code, output).to.equal(0);
      expect(agent.flows).to.have.length(REQUESTS);
      await agent.stop();
    });
  }

  it("says which frameworks there are", async () => {
    const agent = await validatingAgent();
    const { code, output } = await (await start("hapi", agent)).end();
    expect([code, output]).to.deep.equal([1, 'agent-client: "hapi" is none of express, fastify, koa\n']);
    await agent.stop();
  });
});
