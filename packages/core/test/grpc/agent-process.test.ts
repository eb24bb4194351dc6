import { execFile } from "node:child_process";
import { stat } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import type { ApertureClientOptions } from "../../src/client-options.ts";
import { type AgentProcess, startAgentProcess } from "./agent-process.ts";
import { overEachTransport } from "./transports.ts";

async function withAgent(
  work: (agent: AgentProcess, client: ApertureClient) => Promise<void>,
  options: ApertureClientOptions = {},
): Promise<void> {
  const agent = await startAgentProcess();
  const quiet = { warn: () => undefined };
  const client = new ApertureClient({ address: agent.address, insecure: true, logger: quiet, ...options });
  try {
    expect(await client.ready()).to.equal(true);
    await work(agent, client);
  } finally {
    await agent.kill();
    await client.shutdown({ timeoutMs: 200 });
  }
}

function busy(forMs: number): void {
  const until = performance.now() + forMs;
  while (performance.now() < until);
}

overEachTransport("an agent in another process", (transport) => {
  const withAgentProcess: typeof withAgent = (work, options) => withAgent(work, { transport, ...options });

  it("is found to have answered in time by a process that was busy", () =>
    withAgentProcess(async (_agent, client) => {
      await client.startFlow("warm", { timeoutMs: 5000 });
      let answered = 0;
      for (let flows = 0; flows < 10; flows += 1) {
        const starting = client.startFlow("slow", { timeoutMs: 40 });
        // The request leaves; its answer arrives while nobody reads.
        await new Promise((resolve) => setTimeout(resolve, 5));
        // As the callback of some input, whose turn is followed by that of timers.
        await new Promise<void>((resolve) => {
          stat(".", () => {
            busy(60);
            resolve();
          });
        });
        if ((await starting).decision === "accepted") answered += 1;
      }
      // A busy machine may hold up the agent itself now and then.
      expect(answered).to.be.at.least(5);
    }));

  it("lets flows run while it is frozen, and decides again when it is not", () =>
    withAgentProcess(async ({ child }, client) => {
      child.kill("SIGSTOP");
      const reasons = new Map<string, number>();
      while (!reasons.has("unavailable")) {
        const flow = await client.startFlow("checkout", { timeoutMs: 20 });
        const reason = flow.failOpenReason ?? "none";
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        await flow.end();
      }
      expect([...reasons.keys()]).to.deep.equal(["timeout", "unavailable"]);
      expect(reasons.get("timeout")).to.equal(5);
      child.kill("SIGCONT");
      let flow = await client.startFlow("checkout");
      while (flow.decision === "unreachable") {
        await new Promise((resolve) => setTimeout(resolve, 20));
        flow = await client.startFlow("checkout", { timeoutMs: 5000 });
      }
      expect(flow.decision).to.equal("accepted");
    }));

  it("settles everything when it is killed under load", () =>
    withAgentProcess(
      async (agent, client) => {
        let settled = 0;
        let started = 0;
        const work = async () => {
          for (let flows = 0; flows < 100; flows += 1) {
            started += 1;
            await (await client.startFlow("checkout")).end();
            settled += 1;
          }
        };
        const workers = Array.from({ length: 20 }, work);
        while (settled < 300) await new Promise(setImmediate);
        await agent.kill();
        await Promise.all(workers);
        expect([started, settled]).to.deep.equal([2000, 2000]);
        const { accepted, unreachable } = client.counts;
        expect(accepted).to.be.at.least(300);
        expect(Object.values(unreachable).reduce((sum, count) => sum + count, 0)).to.equal(2000 - accepted);
      },
      { timeoutMs: 5000 },
    ));

  it("does not keep a process alive that is done", () =>
    withAgentProcess(async ({ address }) => {
      const main = join(import.meta.dirname, "client-process-main.ts");
      for (const target of [address, "127.0.0.1:1"]) {
        const run = promisify(execFile)(process.execPath, ["--import", "tsx", main, target, transport], {
          timeout: 15_000,
        });
        const { stdout } = await run;
        const { decision, exitMs } = JSON.parse(stdout);
        expect(decision).to.equal(target === address ? "accepted" : "unreachable");
        expect(exitMs).to.be.below(2000);
      }
    })).timeout(60_000);
});
