import { expect } from "chai";
import { connectedOver, overEachTransport } from "../grpc/transports.ts";

overEachTransport("regression: a shutdown lost the last telemetry and took the process down", (transport) => {
  const connected = connectedOver(transport);
  it("waits for what just ended, however often it is called", () =>
    connected(async ({ agent, client }) => {
      for (let index = 0; index < 5; index += 1) void (await client.startFlow("checkout")).end();
      await Promise.all([client.shutdown(), client.shutdown()]);
      await client.shutdown();
      expect(agent.flows).to.have.length(5);
    }));

  it("neither throws nor leaves a rejection where the agent has gone", () =>
    connected(async ({ agent, client }) => {
      const rejections: unknown[] = [];
      const note = (cause: unknown) => rejections.push(cause);
      process.on("unhandledRejection", note);
      try {
        await (await client.startFlow("checkout")).end();
        await agent.stop();
        await client.shutdown({ timeoutMs: 500 });
        await new Promise((resolve) => setImmediate(resolve));
        expect(rejections).to.deep.equal([]);
      } finally {
        process.off("unhandledRejection", note);
      }
    }));
});
