import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ApertureClient } from "@aperture-flow/core";
import { expect } from "chai";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));

describe("embedded-agent", () => {
  it("answers a client, says what the client reports, and ends when told to", async () => {
    const child = spawn(process.execPath, [MAIN, "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    await once(child.stdout, "data");
    const address = /127\.0\.0\.1:\d+/.exec(output)?.[0];
    const client = new ApertureClient({ address, insecure: true, timeoutMs: 5000 });
    const ran: boolean[] = [];
    for (let index = 0; index < 6; index += 1) {
      await using flow = await client.startFlow("awesome-feature");
      expect(flow.success, String(flow.error())).to.equal(true);
      ran.push(flow.shouldRun());
    }
    expect(ran).to.deep.equal([true, true, true, true, true, false]);
    await client.shutdown();
    child.kill("SIGTERM");
    expect(await once(child, "close")).to.deep.equal([0, null]);
    expect(output.match(/awesome-feature: OK after \d+ ms/g)).to.have.length(6);
  });

  it("says what is wrong with an address", async () => {
    const child = spawn(process.execPath, [MAIN, "nowhere.invalid:1"], { stdio: ["ignore", "inherit", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    expect((await once(child, "close"))[0]).to.equal(1);
    expect(said).to.match(/^embedded-agent: /);
  });
});
