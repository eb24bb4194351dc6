import type { Awaitable, CacheLookupResponse, CheckResponse, LimiterDecision } from "@aperture-flow/core";
import { expect } from "chai";
import fc from "fast-check";
import { runStages } from "../src/check.ts";
import type { FlowContext, Limiter } from "../src/limiter/limiter.ts";
import type { Stage, StageKind } from "../src/snapshot.ts";

const FLOW: FlowContext = { controlPoint: "cp", labels: {}, rampMode: false, call: {} };

interface Script {
  readonly drops?: boolean;
  readonly waitMs?: number;
  readonly status?: number;
  readonly lease?: string;
  readonly later?: boolean;
  /** Waits for its signal, as a scheduler does for its turn, and drops. */
  readonly queues?: boolean;
}

/** Limiters that answer as told and keep a ledger of what is taken. */
class Ledger {
  readonly log: string[] = [];
  readonly taken = new Set<string>();

  limiter(component: string, script: Script = {}): Limiter {
    const ref = { policy: "p", policyHash: "h", component };
    const decision: LimiterDecision = {
      ref,
      kind: "rate-limiter",
      dropped: script.drops === true || script.queues === true,
      label: "default",
      tokens: { consumed: 1, remaining: 0, current: 0 },
      waitMs: script.waitMs ?? 0,
      status: script.status,
      lease: script.lease === undefined ? undefined : { ref, label: "default", id: script.lease, tokens: 1 },
    };
    const take = () => {
      this.log.push(`ask ${component}`);
      if (!decision.dropped) this.taken.add(component);
      return decision;
    };
    const giveBack = (reverted: LimiterDecision) => {
      expect(reverted, "its own decision").to.equal(decision);
      expect(this.taken.delete(component), `${component} was taken`).to.equal(true);
      this.log.push(`revert ${component}`);
    };
    const decide = ({ call }: FlowContext): Awaitable<LimiterDecision> => {
      if (script.queues === true) {
        const { signal } = call;
        return new Promise((resolve) => {
          if (signal?.aborted === true) resolve(take());
          signal?.addEventListener("abort", () => resolve(take()));
        });
      }
      return script.later === true ? Promise.resolve().then(take) : take();
    };
    return {
      ref,
      decide,
      revert: (reverted) =>
        script.later === true ? Promise.resolve().then(() => giveBack(reverted)) : giveBack(reverted),
    };
  }
}

const REASONS = {
  ramp: { reason: "no-matching-ramp", status: 403 },
  sample: { reason: "not-sampled", status: 403 },
  rate: { reason: "rate-limited", status: 429 },
  concurrency: { reason: "no-tokens", status: 503 },
  load: { reason: "no-tokens", status: 503 },
} as const;

const stage = (kind: StageKind, ...limiters: Limiter[]): Stage => ({ kind, limiters, ...REASONS[kind] });

function atOnce(response: Awaitable<CheckResponse>): CheckResponse {
  if (response instanceof Promise) throw new Error("nothing here takes time");
  return response;
}

const idsOf = ({ decisions }: CheckResponse) => decisions.map(({ ref }) => ref.component);

describe("runStages", () => {
  it("accepts a flow that nothing matches", () => {
    expect(runStages([], FLOW)).to.deep.equal({ accepted: true, decisions: [], leases: [] });
  });

  it("asks in order, and gathers decisions and leases", () => {
    const ledger = new Ledger();
    const response = atOnce(
      runStages(
        [
          stage("sample", ledger.limiter("s")),
          stage("rate", ledger.limiter("r1"), ledger.limiter("r2", { lease: "l1" })),
          stage("concurrency", ledger.limiter("c", { lease: "l2" })),
          stage("load", ledger.limiter("l")),
        ],
        FLOW,
      ),
    );
    expect(ledger.log).to.deep.equal(["ask s", "ask r1", "ask r2", "ask c", "ask l"]);
    expect(idsOf(response)).to.deep.equal(["s", "r1", "r2", "c", "l"]);
    expect(response).to.include({ accepted: true });
    if (response.accepted) expect(response.leases.map(({ id }) => id)).to.deep.equal(["l1", "l2"]);
  });

  it("gives back what earlier stages and siblings took, last first, and asks no further", () => {
    const ledger = new Ledger();
    const response = atOnce(
      runStages(
        [
          stage("rate", ledger.limiter("r1"), ledger.limiter("r2")),
          stage("concurrency", ledger.limiter("c1"), ledger.limiter("c2", { drops: true }), ledger.limiter("c3")),
          stage("load", ledger.limiter("l")),
        ],
        FLOW,
      ),
    );
    expect(response).to.deep.include({ accepted: false, reason: "no-tokens", status: 503 });
    expect(idsOf(response)).to.deep.equal(["r1", "r2", "c1", "c2", "c3"]);
    expect(ledger.log.slice(5)).to.deep.equal(["revert c3", "revert c1", "revert r2", "revert r1"]);
    expect(ledger.taken.size).to.equal(0);
  });

  it("does not ask the limiters of a flow that was not sampled", () => {
    const ledger = new Ledger();
    const response = runStages(
      [stage("sample", ledger.limiter("s", { drops: true })), stage("rate", ledger.limiter("r"))],
      FLOW,
    );
    expect(response).to.deep.include({ accepted: false, reason: "not-sampled", status: 403 });
    expect(ledger.log).to.deep.equal(["ask s"]);
  });

  it("takes the status of the first drop and the longest wait of the drops", () => {
    const ledger = new Ledger();
    const response = runStages(
      [
        stage(
          "rate",
          ledger.limiter("passes", { waitMs: 9000, status: 500 }),
          ledger.limiter("first", { drops: true, waitMs: 200, status: 402 }),
          ledger.limiter("second", { drops: true, waitMs: 300, status: 418 }),
        ),
      ],
      FLOW,
    );
    expect(response).to.deep.include({ status: 402, waitMs: 300 });
  });

  describe("in ramp mode", () => {
    const ramping = { ...FLOW, rampMode: true };

    it("rejects a flow that no ramp component matches", () => {
      const ledger = new Ledger();
      const rejected = { accepted: false, reason: "no-matching-ramp", status: 403, waitMs: 0, decisions: [] };
      expect(runStages([], ramping)).to.deep.equal(rejected);
      expect(runStages([stage("rate", ledger.limiter("r"))], ramping)).to.deep.equal(rejected);
      expect(ledger.log).to.deep.equal([]);
    });

    it("asks the ramp components, also of flows that are not in it", () => {
      const ledger = new Ledger();
      for (const flow of [FLOW, ramping]) {
        expect(runStages([stage("ramp", ledger.limiter("yes"))], flow)).to.include({ accepted: true });
        const response = runStages([stage("ramp", ledger.limiter("no", { drops: true }))], flow);
        expect(response).to.include({ accepted: false, reason: "no-matching-ramp" });
      }
    });
  });

  describe("with a cache", () => {
    const found: CacheLookupResponse = { result: { hit: true, value: new Uint8Array() }, global: new Map() };
    const missed: CacheLookupResponse = { result: { hit: false }, global: new Map() };

    for (const later of [false, true]) {
      const lookUp = (ledger: Ledger, answer: CacheLookupResponse) => () => {
        ledger.log.push("look up");
        return later ? Promise.resolve(answer) : answer;
      };

      it(`spares a flow with a result the load stage${later ? ", later" : ""}`, async () => {
        const ledger = new Ledger();
        const stages = [stage("rate", ledger.limiter("r")), stage("load", ledger.limiter("l", { drops: true }))];
        const response = await runStages(stages, FLOW, lookUp(ledger, found));
        expect(response).to.deep.include({ accepted: true, cache: found });
        expect(ledger.log).to.deep.equal(["ask r", "look up"]);
      });

      it(`looks up once, before the load stage or at the end${later ? ", later" : ""}`, async () => {
        const ledger = new Ledger();
        const rate = stage("rate", ledger.limiter("r"));
        const load = stage("load", ledger.limiter("l"));
        expect(await runStages([rate, load], FLOW, lookUp(ledger, missed))).to.deep.include({ cache: missed });
        expect(await runStages([rate], FLOW, lookUp(ledger, missed))).to.deep.include({ cache: missed });
        expect(await runStages([], FLOW, lookUp(ledger, found))).to.deep.include({ cache: found });
        expect(ledger.log).to.deep.equal(["ask r", "look up", "ask l", "ask r", "look up", "look up"]);
      });

      it(`has no cache in a rejection${later ? ", later" : ""}`, async () => {
        const ledger = new Ledger();
        const stages = [stage("rate", ledger.limiter("r", { drops: true }))];
        const response = await runStages(stages, FLOW, lookUp(ledger, found));
        expect(response).to.not.have.property("cache");
        expect(ledger.log).to.deep.equal(["ask r"]);
      });
    }
  });

  it("lets a drop end the wait of its siblings", async () => {
    for (const kind of ["load", "concurrency"] as const) {
      const ledger = new Ledger();
      const limiters = [
        ledger.limiter("queued", { queues: true }),
        ledger.limiter("full", { drops: true, later: true }),
      ];
      const response = await runStages([stage(kind, ...limiters)], FLOW);
      expect(response.accepted).to.equal(false);
      expect(response.decisions.every(({ dropped }) => dropped)).to.equal(true);
      const reversed = await runStages([stage(kind, ...limiters.toReversed())], FLOW);
      expect(reversed.accepted).to.equal(false);
    }
  });

  it("lets the caller end the wait, alone and among siblings", async () => {
    for (const siblings of [0, 1]) {
      const ledger = new Ledger();
      const controller = new AbortController();
      const limiters = [ledger.limiter("queued", { queues: true })];
      if (siblings === 1) limiters.push(ledger.limiter("passes"));
      const pending = runStages([stage("load", ...limiters)], { ...FLOW, call: { signal: controller.signal } });
      controller.abort();
      expect((await pending).accepted).to.equal(false);
      expect(ledger.taken.size).to.equal(0);
    }
  });

  it("answers the same whether limiters answer at once or later, and keeps nothing of a rejected flow", async () => {
    const kinds: StageKind[] = ["ramp", "sample", "rate", "concurrency", "load"];
    const scriptOf = fc.record({ drops: fc.boolean().map((drops) => drops), waitMs: fc.nat(9), status: fc.nat(9) });
    const rare = scriptOf.map((script) => ({ ...script, drops: script.drops && script.waitMs < 3 }));
    const stagesOf = fc.array(fc.array(rare, { minLength: 1, maxLength: 3 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(stagesOf, fc.array(fc.boolean(), { minLength: 15, maxLength: 15 }), async (scripts, later) => {
        const run = async (timing: (index: number) => boolean) => {
          const ledger = new Ledger();
          const stages = scripts.map((limiters, at) =>
            stage(
              kinds[at] as StageKind,
              ...limiters.map((script, index) =>
                ledger.limiter(`${at}.${index}`, { ...script, later: timing(at * 3 + index) }),
              ),
            ),
          );
          return { response: await runStages(stages, FLOW), taken: [...ledger.taken].sort() };
        };
        const quick = await run(() => false);
        const slow = await run((index) => later[index] === true);
        expect(slow).to.deep.equal(quick);
        expect(quick.taken).to.deep.equal(quick.response.accepted ? idsOf(quick.response).sort() : []);
      }),
    );
  });
});
