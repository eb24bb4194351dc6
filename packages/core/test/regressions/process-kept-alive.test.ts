import { execFile } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";

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
