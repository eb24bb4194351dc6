import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import { FakeAgent } from "../../src/testing/grpc/index.ts";

describe("regression: telemetry was lost where the address was no URL", () => {
  async function reports(agent: FakeAgent, address: string): Promise<void> {
    const client = new ApertureClient({ address, insecure: true, timeoutMs: 10_000 });
    try {
      await (await client.startFlow("checkout")).end();
    } finally {
      await client.shutdown();
      await agent.stop();
    }
    expect(agent.flows).to.have.length(1);
  }

  for (const scheme of ["", "dns:", "dns:///", "ipv4:"]) {
    it(`goes where the checks go: "${scheme}127.0.0.1:port"`, async () => {
      const agent = await FakeAgent.start();
      await reports(agent, `${scheme}${agent.address}`);
    });
  }

  it("goes where the checks go: a Unix socket", async () => {
    const folder = mkdtempSync(join(tmpdir(), "aperture-target-"));
    try {
      const agent = await FakeAgent.start({ address: `unix:${join(folder, "agent.sock")}` });
      await reports(agent, agent.address);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
