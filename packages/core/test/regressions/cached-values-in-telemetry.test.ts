import { Buffer } from "node:buffer";
import { expect } from "chai";
import { connected } from "../grpc/connected.ts";

describe("regression: what was cached went out with the telemetry", () => {
  it("reports that there was a hit, and not of what", () =>
    connected(async ({ agent, client }) => {
      const params = { resultCacheKey: "cart", globalCacheKeys: ["prices"] };
      const first = await client.startFlow("checkout", params);
      await first.setResultCache({ value: "secret", ttl: 1000 });
      await first.setGlobalCache("prices", { value: "secret", ttl: 1000 });
      await first.end();
      const second = await client.startFlow("checkout", params);
      expect(
        [second.resultCache(), second.globalCache("prices")].map((found) => String(found.getValue())),
      ).to.deep.equal(["secret", "secret"]);
      await second.end();
      await client.shutdown();
      const answers = agent.spans.map(({ attributes }) => String(attributes["aperture.check_response"]));
      expect(answers).to.have.length(2);
      for (const answer of answers) expect(Buffer.from(answer, "base64").includes("secret")).to.equal(false);
    }));
});
