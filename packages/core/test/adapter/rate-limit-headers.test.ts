import { expect } from "chai";
import fc from "fast-check";
import { quoted, RateLimitHeaders, retryAfterSeconds } from "../../src/adapter/rate-limit-headers.ts";
import type { CheckResponse, LimiterDecision } from "../../src/contract/check.ts";
import { accepted, rejected } from "../../src/testing/index.ts";
import { decision } from "../sample-decision.ts";
import { structuredList } from "./structured-list.ts";

function written(response: CheckResponse, legacy = false, headers = new RateLimitHeaders()): Record<string, string> {
  const set: Record<string, string> = {};
  const answer = {
    setHeader: (name: string, value: string) => {
      set[name] = value;
    },
  };
  headers.write(response, answer, legacy);
  return set;
}

function named(policy: string, parts: Partial<LimiterDecision> = {}): LimiterDecision {
  return decision({ ref: { policy, policyHash: "1f", component: "root.0" }, ...parts });
}

function remaining(tokens: number): Pick<LimiterDecision, "tokens"> {
  return { tokens: { consumed: 1, remaining: tokens, current: 10 - tokens } };
}

describe("RateLimitHeaders", () => {
  it("tells quota and window, what is left and when it is full again", () => {
    expect(written(accepted({ decisions: [decision()] }))).to.deep.equal({
      "ratelimit-policy": '"login";q=10;w=60',
      ratelimit: '"login";r=3;t=42',
    });
  });

  it("tells a rejected client when a retry is worthwhile", () => {
    const dropped = decision({ dropped: true, waitMs: 1001, ...remaining(0.2) });
    expect(written(rejected({ decisions: [dropped] }))["ratelimit"]).to.equal('"login";r=0;t=2');
  });

  it("tells no time where a rejecting limiter knows none", () => {
    const dropped = decision({ dropped: true, waitMs: 0, ...remaining(0) });
    expect(written(rejected({ decisions: [dropped] }))["ratelimit"]).to.equal('"login";r=0');
  });

  it("leaves out times of a bucket that never fills", () => {
    const quota = { limit: 10, windowMs: Number.POSITIVE_INFINITY };
    expect(written(accepted({ decisions: [decision({ quota })] }), true)).to.deep.equal({
      "ratelimit-policy": '"login";q=10',
      ratelimit: '"login";r=3',
      "x-ratelimit-limit": "10",
      "x-ratelimit-remaining": "3",
    });
  });

  const lefts: readonly (readonly [tokens: number, left: number])[] = [
    [2.7, 2],
    // Three tenths are a little less than 0.3 in sum; the bucket has its token all the same.
    [2.9999999999, 3],
    [0.999, 0],
    [-4, 0],
    [10, 10],
  ];
  for (const [tokens, left] of lefts) {
    it(`calls ${tokens} tokens ${left}`, () => {
      const [item] = structuredList(written(accepted({ decisions: [decision(remaining(tokens))] }))["ratelimit"] ?? "");
      expect(item?.parameters["r"]).to.equal(left);
    });
  }

  it("lists all limiters with a quota, in their order", () => {
    const decisions = [named("a"), named("b", { quota: undefined }), named("c", { ...remaining(9) })];
    const set = written(accepted({ decisions }));
    expect(structuredList(set["ratelimit-policy"] ?? "").map(({ value }) => value)).to.deep.equal(["a", "c"]);
    expect(structuredList(set["ratelimit"] ?? "").map(({ value }) => value)).to.deep.equal(["a", "c"]);
  });

  it("writes nothing where no limiter promises anything", () => {
    const silent = [
      decision({ quota: undefined }),
      decision({ reason: "key-not-found" }),
      decision({ error: "no connection" }),
    ];
    for (const decisions of [[], silent]) expect(written(accepted({ decisions }), true)).to.deep.equal({});
  });

  it("gives the older headers of the limiter that is nearest to its end", () => {
    const wide = { limit: 1000, windowMs: 3_600_000 };
    const loose = named("wide", { quota: wide, tokens: { consumed: 1, remaining: 900, current: 100 } });
    const set = written(accepted({ decisions: [loose, decision()] }), true);
    expect(set).to.include({ "x-ratelimit-limit": "10", "x-ratelimit-remaining": "3", "x-ratelimit-reset": "42" });
    expect(written(accepted({ decisions: [loose, decision()] }))).to.have.all.keys("ratelimit", "ratelimit-policy");
  });

  it("makes the text of a quota once and keeps quotas apart", () => {
    const headers = new RateLimitHeaders();
    const other = named("other", { quota: { limit: 5, windowMs: 1000 } });
    for (let index = 0; index < 2; index += 1) {
      const set = written(accepted({ decisions: [decision(), other] }), false, headers);
      expect(set["ratelimit-policy"]).to.equal('"login";q=10;w=60, "other";q=5;w=1');
    }
  });

  it("tells each answer's own numbers, whatever the one before it said of the same quota", () => {
    const headers = new RateLimitHeaders();
    const { quota } = decision();
    const limits = [
      remaining(3),
      remaining(3),
      remaining(2),
      { dropped: true, waitMs: 1001, ...remaining(0) },
      { dropped: true, waitMs: 0, ...remaining(0) },
      remaining(3),
    ].map(
      (parts) => written(accepted({ decisions: [named("login", { quota, ...parts })] }), false, headers)["ratelimit"],
    );
    expect(limits).to.deep.equal([
      '"login";r=3;t=42',
      '"login";r=3;t=42',
      '"login";r=2;t=48',
      '"login";r=0;t=2',
      '"login";r=0',
      '"login";r=3;t=42',
    ]);
  });

  it("names no label of the flow, which may be somebody's secret", () => {
    const set = written(accepted({ decisions: [decision({ label: "token:s3cret" })] }), true);
    expect(JSON.stringify(set)).not.to.include("s3cret");
  });

  it("is a structured field, whatever a policy is called and however much is left", () => {
    const limit = fc.double({ min: 0.001, max: 1e12, noNaN: true });
    const windowMs = fc.oneof(fc.double({ min: 0, max: 1e10, noNaN: true }), fc.constant(Number.POSITIVE_INFINITY));
    const decisions = fc.record({
      policy: fc.string({ unit: "binary" }),
      quota: fc.record({ limit, windowMs }),
      left: fc.double({ min: -1, max: 1, noNaN: true }),
      dropped: fc.boolean(),
      waitMs: fc.double({ min: 0, max: 1e10, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(decisions, { minLength: 1, maxLength: 3 }), (given) => {
        const made = given.map(({ policy, quota, left, dropped, waitMs }) =>
          named(policy, { quota, dropped, waitMs, tokens: { consumed: 1, remaining: left * quota.limit, current: 0 } }),
        );
        const set = written(accepted({ decisions: made }));
        const limits = structuredList(set["ratelimit"] ?? "");
        expect(limits).to.have.length(given.length);
        expect(structuredList(set["ratelimit-policy"] ?? "")).to.have.length(given.length);
        for (const { parameters } of limits) expect(Math.min(...Object.values(parameters))).to.be.at.least(0);
      }),
    );
  });
});

describe("retryAfterSeconds", () => {
  for (const [waitMs, seconds] of [
    [0, 1],
    [0.1, 1],
    [999, 1],
    [1000, 1],
    [1001, 2],
    [61_500, 62],
  ] as const) {
    it(`of ${waitMs} ms is ${seconds}`, () => expect(retryAfterSeconds(waitMs)).to.equal(seconds));
  }
});

describe("quoted", () => {
  it("escapes quotes and backslashes, and replaces what is no printable ASCII", () => {
    expect(quoted('a"b\\c')).to.equal('"a\\"b\\\\c"');
    expect(quoted("grün\r\n\t\u0000")).to.equal('"gr?n????"');
  });

  it("keeps printable ASCII as it is, once it is read again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
        expect(structuredList(quoted(text))[0]?.value).to.equal(text);
      }),
    );
  });
});
