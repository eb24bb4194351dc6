import { expect } from "chai";
import { connected } from "../grpc/connected.ts";

describe("regression: an agent refused a whole batch of telemetry that was too large", () => {
  it("sends large flows in more calls, each of which it can take", () =>
    connected(
      async ({ agent, client }) => {
        const labels = { note: "a long story ".repeat(20_000) };
        for (let index = 0; index < 20; index += 1) await (await client.startFlow("checkout", { labels })).end();
        await client.shutdown();
        expect(agent.flows).to.have.length(20);
      },
      {},
      { labelLimits: { valueLength: 1_000_000, totalLength: 1_000_000 } },
    ));

  it("loses none but the one that is too large by itself", () =>
    connected(
      async ({ agent, client }) => {
        for (const note of ["short", "much too long ".repeat(250_000), "short"]) {
          await (await client.startFlow("checkout", { labels: { note } })).end();
        }
        await client.shutdown();
        expect(agent.flows).to.have.length(2);
      },
      {},
      { labelLimits: { valueLength: 5_000_000, totalLength: 5_000_000 } },
    ));
});
