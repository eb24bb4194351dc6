import { execFile } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import { overEachTransport } from "../grpc/transports.ts";

const QUIET = { warn: () => undefined };
const MAIN = fileURLToPath(new URL("../grpc/client-process-main.ts", import.meta.url));

overEachTransport("regression: a client that was never shut down kept its process alive", (transport) => {
  it("ends where there is no agent to connect to", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    const given = ["--import", "tsx", MAIN, `127.0.0.1:${port}`, transport];
    const { stdout } = await promisify(execFile)(process.execPath, given, { timeout: 15_000 });
    expect(JSON.parse(stdout)).to.include({ decision: "unreachable" });
  });
});

overEachTransport(
  "regression: a wait for the connection outlived its client, and kept the process alive",
  (transport) => {
    for (const timeoutMs of [undefined, 60_000, 2 ** 32, Number.MAX_VALUE, Number.POSITIVE_INFINITY]) {
      it(`ends with the client, be it for ${timeoutMs} ms`, async () => {
        const client = new ApertureClient({ address: "127.0.0.1:1", insecure: true, transport, logger: QUIET });
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
        const client = new ApertureClient({ address: "127.0.0.1:1", insecure: true, transport, logger: QUIET });
        expect(await client.ready(timeoutMs)).to.equal(false);
        await client.shutdown();
      });
    }
  },
);
