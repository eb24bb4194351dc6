import { execFile } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";

const MAIN = fileURLToPath(new URL("../grpc/client-process-main.ts", import.meta.url));

describe("regression: a client that was never shut down kept its process alive", () => {
  it("ends where there is no agent to connect to", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    const given = ["--import", "tsx", MAIN, `127.0.0.1:${port}`];
    const { stdout } = await promisify(execFile)(process.execPath, given, { timeout: 15_000 });
    expect(JSON.parse(stdout)).to.include({ decision: "unreachable" });
  });
});

describe("regression: a wait for the connection outlived its client, and kept the process alive", () => {
  for (const timeoutMs of [undefined, 60_000, 2 ** 32, Number.MAX_VALUE, Number.POSITIVE_INFINITY]) {
    it(`ends with the client, be it for ${timeoutMs} ms`, async () => {
      const client = new ApertureClient({ address: "127.0.0.1:1", insecure: true, logger: { warn: () => undefined } });
      let settled = false;
      const waiting = client.ready(timeoutMs).finally(() => {
        settled = true;
      });
      while (client.getState() !== "failing") await new Promise(setImmediate);
      expect(settled, "settled before").to.equal(false);
      await client.shutdown();
      expect(await waiting).to.equal(false);
    });
  }

  for (const timeoutMs of [0, -1, Number.NaN]) {
    it(`is none for ${timeoutMs} ms`, async () => {
      const client = new ApertureClient({ address: "127.0.0.1:1", insecure: true, logger: { warn: () => undefined } });
      expect(await client.ready(timeoutMs)).to.equal(false);
      await client.shutdown();
    });
  }
});
