import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServerCredentials } from "@grpc/grpc-js";
import { expect } from "chai";
import { OK } from "../adapter-suite/routes.ts";
import { type AgentSetup, lending, type OpenAgentApp } from "./agent-app.ts";
import { selfSigned } from "./self-signed.ts";

const KEY = "a-key";

/** Deadlines and the API key on every call, whatever it goes over. */
export function transportCases(open: OpenAgentApp): void {
  async function speaks(setup: Partial<AgentSetup>): Promise<void> {
    const app = await open({
      routes: [OK],
      ...setup,
      agent: { answers: [lending()], apiKey: KEY, ...setup.agent },
      client: { apiKey: KEY, ...setup.client },
    });
    expect(await app.statuses(2, { path: "/ok" })).to.deep.equal([200, 200]);
    await app.settled();
    const check = setup.options?.rpc === "http" ? "CheckHTTP" : "Check";
    for (const [method, count] of [
      [check, 2],
      ["FlowEnd", 2],
      ["Export", 1],
    ] as const) {
      expect(app.calls(method), method).to.have.length(count);
      for (const { metadata, timeoutMs } of app.calls(method)) {
        expect(metadata["x-api-key"], method).to.equal(KEY);
        expect(timeoutMs, method).to.be.within(1, 5000);
      }
    }
    expect(app.agent.flows).to.have.length(2);
  }

  it("go with Check over plaintext", () => speaks({}));

  it("go with CheckHTTP over plaintext", () => speaks({ options: { rpc: "http" } }));

  it("go over a Unix socket", async function () {
    if (process.platform === "win32") {
      console.log("    skipped: Windows has no Unix sockets that gRPC could use");
      this.skip();
    }
    const folder = mkdtempSync(join(tmpdir(), "aperture-validator-"));
    try {
      await speaks({ agent: { address: `unix:${join(folder, "agent.sock")}` } });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("go over TLS", async function () {
    const pair = selfSigned();
    if (pair === undefined) {
      console.log("    skipped: no openssl to make a certificate with");
      this.skip();
    }
    const credentials = ServerCredentials.createSsl(null, [{ private_key: pair.key, cert_chain: pair.cert }]);
    await speaks({ agent: { credentials }, client: { tls: { rootCerts: pair.cert, serverName: "localhost" } } });
  });
}
