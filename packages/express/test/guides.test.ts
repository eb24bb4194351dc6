import { until } from "@aperture-flow/conformance";
import { LookupStatus } from "@aperture-flow/core";
import { expect } from "chai";
import { type Answer, GuideApp, type GuideOptions } from "./guide-app.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const PLATINUM = { priority: "8", workload: "platinum user", user_id: "some_user_id" };
const GOLD = { priority: "4", workload: "gold user", user_id: "some_user_id" };
const SILVER = { priority: "2", workload: "silver user", user_id: "some_user_id" };
const FREE = { priority: "1", workload: "free user", user_id: "some_user_id" };

const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status);

describe("the guide", () => {
  let app: GuideApp;
  const start = async (options: GuideOptions) => {
    app = await GuideApp.start(options);
    return app;
  };
  afterEach(() => app.close());

  const workloads = () => {
    const counts = new Map<string, number>();
    for (const { labels } of app.jobs)
      counts.set(labels["workload"] ?? "", (counts.get(labels["workload"] ?? "") ?? 0) + 1);
    return [PLATINUM, GOLD, SILVER, FREE].map(({ workload }) => counts.get(workload) ?? 0);
  };

  it("on rates for each user: a burst of 14 calls at one a second, then one call in three", async () => {
    const { clock } = await start({ controlPoint: "rate-limiting-feature", guide: "per-user-rate", timeoutMs: SECOND });
    const answers: Answer[] = [];
    for (let second = 0; second < 60; second += 1) {
      answers.push(await app.ask({ user_id: "some_user_id" }));
      await clock.advance(SECOND);
    }
    expect(statuses(answers).indexOf(429)).to.equal(14);
    expect(answers[14]?.retryAfter).to.equal("1");
    expect(statuses(answers.slice(15)).filter((status) => status === 200)).to.have.length(15);
    expect(await app.ask({ user_id: "another" })).to.include({ status: 200 });
  });

  it("on concurrency for each user: no more than 20 jobs, and room again when jobs end or are lost", async () => {
    const guide = "per-user-concurrency";
    const { clock } = await start({ controlPoint: "concurrency-limiting-feature", guide, timeoutMs: SECOND });
    const user = { user_id: "some_user_id" };
    for (let burst = 0; burst < 4; burst += 1) {
      await app.send(5, user);
      await clock.advance(SECOND);
    }
    await app.running(20);
    expect(statuses(await Promise.all(await app.send(5, user)))).to.deep.equal([429, 429, 429, 429, 429]);
    const others = await app.send(1, { user_id: "another" });
    expect(await app.running(21)).to.have.length(21);

    app.finish(5);
    await until(() => app.client.counts.open === 16, "five flows have ended");
    await app.send(5, user);
    await app.running(21);
    await clock.advance(MINUTE + 1);
    await app.send(20, user);
    expect(await app.running(41)).to.have.length(41);
    app.finish(41);
    expect(statuses(await Promise.all(others))).to.deep.equal([200]);
  });

  it("on quotas of an API: what is there at once, then 15 a minute by tier, and nobody waits for longer than two", async () => {
    const guide = "api-quota";
    const { clock } = await start({ controlPoint: "quota-scheduling-feature", guide, timeoutMs: 2 * MINUTE });
    await app.send(30, FREE);
    await app.running(30);
    app.finish(30);
    const waiting = [];
    for (const tier of [FREE, SILVER, GOLD, PLATINUM]) waiting.push(...(await app.send(20, tier)));
    await clock.advance(MINUTE);
    await app.running(15);
    await clock.advance(MINUTE);
    await app.running(29);
    expect(workloads()).to.deep.equal([15, 8, 4, 2]);
    app.finish(29);
    const answers = statuses(await Promise.all(waiting));
    expect(answers.filter((status) => status === 200)).to.have.length(29);
    expect(answers.filter((status) => status === 503)).to.have.length(51);
  });

  it("on prioritised concurrency: 20 jobs at once, and those of higher tiers before others", async () => {
    const guide = "prioritised-concurrency";
    await start({ controlPoint: "concurrency-scheduling-feature", guide, timeoutMs: 2 * MINUTE });
    for (const tier of [FREE, SILVER, GOLD, PLATINUM]) await app.send(10, tier);
    await app.running(20);
    expect(workloads()).to.deep.equal([0, 0, 10, 10]);
    for (let more = 0; more < 10; more += 1) {
      app.finish(1);
      await app.running(20);
    }
    const [platinum, gold, silver, free] = workloads();
    expect([(platinum ?? 0) + (gold ?? 0), silver, free]).to.deep.equal([10, 10, 0]);
    expect(platinum).to.be.within(6, 7);
    for (let left = 30; left > 0; left -= 1) {
      app.finish(1);
      await app.running(Math.min(20, left - 1));
    }
  });

  it("on a local model: two prompts at once, those of higher tiers first", async () => {
    await start({ controlPoint: "mistral-prompt", guide: "local-model", timeoutMs: 2 * MINUTE });
    const answers = [];
    for (const tier of [FREE, SILVER, GOLD, PLATINUM]) answers.push(...(await app.send(5, tier)));
    const order: string[] = [];
    for (let left = 20; left > 0; left -= 1) {
      const jobs = await app.running(Math.min(2, left));
      expect(jobs.length).to.be.at.most(2);
      order.push(jobs[0]?.labels["workload"] ?? "");
      app.finish(1);
    }
    expect(statuses(await Promise.all(answers))).to.deep.equal(Array(20).fill(200));
    const last = [PLATINUM, GOLD, SILVER].map(({ workload }) => order.lastIndexOf(workload));
    expect(last).to.deep.equal([...last].sort((a, b) => a - b));
  });

  it("on quotas of a model: a call needs tokens and requests, and gives back what it took of one without the other", async () => {
    const { clock } = await start({ controlPoint: "openai", guide: "model-quotas", timeoutMs: 50 });
    const paid = { api_key: "k", product_reason: "paid_user", prompt_type: "chat", priority: "10000" };
    const gpt4 = (estimated_tokens: string) => ({ ...paid, model_variant: "gpt-4", estimated_tokens });
    expect(statuses([await app.ask(gpt4("39999")), await app.ask(gpt4("200"))])).to.deep.equal([200, 503]);
    // No request was lost with the tokens that were not there: 199 are left for other models.
    for (let request = 0; request < 199; request += 1) expect((await app.ask(paid)).status).to.equal(200);
    expect((await app.ask(paid)).status).to.equal(503);

    await clock.advance(MINUTE);
    for (let request = 0; request < 200; request += 1) await app.ask(paid);
    expect((await app.ask(gpt4("40000"))).status).to.equal(503);
    await clock.advance(SECOND);
    // No token was lost with the request that was not there.
    expect((await app.ask(gpt4("40000"))).status).to.equal(200);
    expect((await app.ask({ ...paid, api_key: "another" })).status).to.equal(200);
  });

  it("on caching: a result for ten seconds", async () => {
    const { client, clock, express } = await start({ controlPoint: "caching-example", timeoutMs: 5 * SECOND });
    let computed = 0;
    express.get("/result", async (_request, response) => {
      const flow = await client.startFlow("caching-example", { resultCacheKey: "cache" });
      const cache = flow.resultCache();
      if (cache.getLookupStatus() === LookupStatus.Hit) response.send(cache.getValue()?.toString());
      else {
        computed += 1;
        await flow.setResultCache({ value: `result ${computed}`, ttl: { seconds: 10 } });
        response.send("computed");
      }
      await flow.end();
    });
    const result = async () => (await app.ask({}, "/result")).body;
    expect([await result(), await result()]).to.deep.equal(["computed", "result 1"]);
    await clock.advance(9 * SECOND);
    expect(await result()).to.equal("result 1");
    await clock.advance(2 * SECOND);
    expect([await result(), await result()]).to.deep.equal(["computed", "result 2"]);
  });
});
