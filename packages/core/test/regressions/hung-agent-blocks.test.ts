import { expect } from "chai";
import { connectedOver, overEachTransport } from "../grpc/transports.ts";

overEachTransport(
  "regression: an agent that took calls and never answered held everything up for ever",
  (transport) => {
    const connected = connectedOver(transport);
    it("costs a flow that asked for no time its default, and then lets it run", () =>
      connected(
        async ({ agent, client }) => {
          agent.behave({ hang: true });
          const flow = await client.startFlow("checkout");
          expect([flow.shouldRun(), flow.failOpenReason]).to.deep.equal([true, "timeout"]);
          expect(agent.callsOf("Check")[0]?.timeoutMs).to.be.within(1, 200);
        },
        {},
        { timeoutMs: undefined },
      ));

    it("holds up neither the end of a flow nor what it writes to a cache", () =>
      connected(
        async ({ agent, client }) => {
          const flow = await client.startFlow("checkout", { resultCacheKey: "cart" });
          agent.behave({ hang: true });
          const written = await flow.setResultCache({ value: "x", ttl: 1000 });
          expect(written.getError()?.message).to.include("no answer in time");
          const [returned] = (await flow.end()).returns;
          expect(returned?.error).to.include("no answer in time");
        },
        { answers: [{ accepted: true, decisions: [], leases: [{ ref, label: "default", id: "1", tokens: 1 }] }] },
        { endTimeoutMs: 50 },
      ));
  },
);

const ref = { policy: "places", policyHash: "1", component: "0" };
