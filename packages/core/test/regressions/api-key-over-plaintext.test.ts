import { credentials } from "@grpc/grpc-js";
import { expect } from "chai";
import { connected } from "../grpc/connected.ts";

describe("regression: an API key could not be used without TLS", () => {
  const ways = {
    "insecure: true": {},
    "insecure credentials": { insecure: undefined, channelCredentials: credentials.createInsecure() },
  };
  for (const [name, options] of Object.entries(ways)) {
    it(`goes with every call, with ${name}`, () =>
      connected(
        async ({ agent, client }) => {
          const flow = await client.startFlow("checkout", { resultCacheKey: "cart" });
          await flow.setResultCache({ value: "x", ttl: 1000 });
          await flow.deleteResultCache();
          await flow.end();
          await client.shutdown();
          const methods = agent.calls.map(({ method, metadata }) => `${method} ${metadata["x-api-key"]}`);
          expect(methods).to.deep.equal(["Check k", "CacheUpsert k", "CacheDelete k", "FlowEnd k", "Export k"]);
        },
        {
          apiKey: "k",
          answers: [{ accepted: true, decisions: [], leases: [{ ref, label: "default", id: "1", tokens: 1 }] }],
        },
        { apiKey: "k", ...options },
      ));
  }
});

const ref = { policy: "places", policyHash: "1", component: "0" };
