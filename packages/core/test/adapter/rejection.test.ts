import { expect } from "chai";
import { acceptsJson, type Rejection, Rejections } from "../../src/adapter/rejection.ts";
import { ApertureClient } from "../../src/client.ts";
import type { Rejected } from "../../src/contract/check.ts";
import type { Flow } from "../../src/flow.ts";
import { rejected, ScriptedControl } from "../../src/testing/index.ts";
import { CollectedWarnings } from "../collected-warnings.ts";
import { decision } from "../sample-decision.ts";

function flowOf(answer: Rejected | Error): Promise<Flow> {
  const client = new ApertureClient({
    control: new ScriptedControl(answer),
    onUnreachable: "reject",
    logger: new CollectedWarnings(),
  });
  return client.startFlow("checkout");
}

function rejectionOf(flow: Flow, accept: string | undefined): Rejection {
  return new Rejections().of(flow, accept);
}

describe("Rejections", () => {
  it("is a problem that tells who rejected and when to come back", async () => {
    const quick = decision({ dropped: true, waitMs: 1500 });
    const other = decision({ dropped: true, ref: { policy: "tenants", policyHash: "2e", component: "root.1" } });
    const passed = decision({ ref: { policy: "passed", policyHash: "3d", component: "root.2" } });
    const flow = await flowOf(rejected({ waitMs: 1500.2, decisions: [quick, quick, other, passed] }));
    const { body, problem, ...answer } = rejectionOf(flow, "application/json");
    expect(answer).to.deep.equal({
      status: 429,
      headers: {
        "content-type": "application/problem+json; charset=utf-8",
        "cache-control": "no-store",
        "retry-after": "2",
      },
    });
    expect(problem).to.deep.equal({
      type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
      title: "Quota exceeded",
      status: 429,
      detail: "The limit for requests like this one is used up. Try again in 2 s.",
      "violated-policies": ["login", "tenants"],
      retry_after_ms: 1501,
    });
    expect(JSON.parse(body)).to.deep.equal(problem);
  });

  it("leaves out what nobody knows", async () => {
    const { headers, problem } = rejectionOf(await flowOf(rejected()), undefined);
    expect(headers).not.to.have.property("retry-after");
    expect(problem).to.have.all.keys("type", "title", "status", "detail");
  });

  const kinds: readonly (readonly [Partial<Rejected>, type: string, title: string])[] = [
    [{ reason: "rate-limited", status: 429 }, "#quota-exceeded", "Quota exceeded"],
    [{ reason: "no-tokens", status: 503 }, "#temporary-reduced-capacity", "Temporarily reduced capacity"],
    [{ reason: "not-sampled", status: 403 }, "about:blank", "Forbidden"],
    [{ reason: "no-matching-ramp", status: 403 }, "about:blank", "Forbidden"],
    [{ reason: "not-sampled", status: 799 }, "about:blank", "Not admitted"],
  ];
  for (const [parts, type, title] of kinds) {
    it(`of ${parts.reason} with ${parts.status} is "${title}"`, async () => {
      const { status, problem } = rejectionOf(await flowOf(rejected(parts)), undefined);
      expect([status, problem.status, problem.title]).to.deep.equal([parts.status, parts.status, title]);
      expect(problem.type.endsWith(type)).to.equal(true);
    });
  }

  it("is 503 where nobody could decide, with no word of why", async () => {
    const { status, body } = rejectionOf(await flowOf(new Error("redis://user:s3cret@store refused")), undefined);
    expect(status).to.equal(503);
    expect(body).to.include("temporary-reduced-capacity").and.not.to.include("s3cret");
  });

  it("tells no label of the flow", async () => {
    const dropped = decision({ dropped: true, label: "token:s3cret", workload: "s3cret" });
    const rejection = rejectionOf(await flowOf(rejected({ decisions: [dropped] })), undefined);
    expect(JSON.stringify(rejection)).not.to.include("s3cret");
  });

  it("is text for who takes no JSON", async () => {
    const { headers, body } = rejectionOf(await flowOf(rejected({ waitMs: 1500 })), "text/html");
    expect(headers["content-type"]).to.equal("text/plain; charset=utf-8");
    expect(body).to.equal("Quota exceeded. The limit for requests like this one is used up. Try again in 2 s.\n");
  });
});

describe("Rejections, one after the other", () => {
  const dropping = (policy: string) =>
    decision({ dropped: true, ref: { policy, policyHash: "1f", component: "root.0" } });
  const first = { waitMs: 1500.2, decisions: [dropping("login")] };

  it("are one object as long as nothing is different", async () => {
    const rejections = new Rejections();
    const rejection = rejections.of(await flowOf(rejected(first)), "application/json");
    expect(rejections.of(await flowOf(rejected({ ...first, waitMs: 1500.9 })), "*/*")).to.equal(rejection);
    expect(Object.isFrozen(rejection) && Object.isFrozen(rejection.headers)).to.equal(true);
    expect(Object.isFrozen(rejection.problem)).to.equal(true);
  });

  const differences: readonly (readonly [title: string, parts: Partial<Rejected>, accept: string])[] = [
    ["the wait", { waitMs: 1501.2 }, "*/*"],
    ["nobody knowing the wait", { waitMs: 0 }, "*/*"],
    ["the reason", { reason: "no-tokens" }, "*/*"],
    ["the status", { status: 503 }, "*/*"],
    ["the policy", { decisions: [dropping("tenants")] }, "*/*"],
    ["one more policy", { decisions: [dropping("login"), dropping("tenants")] }, "*/*"],
    ["no policy", { decisions: [] }, "*/*"],
    ["what the client takes", {}, "text/html"],
  ];
  for (const [title, parts, accept] of differences) {
    it(`differ by ${title}`, async () => {
      const rejections = new Rejections();
      rejections.of(await flowOf(rejected(first)), "*/*");
      const flow = await flowOf(rejected({ ...first, ...parts }));
      expect(rejections.of(flow, accept)).to.deep.equal(rejectionOf(flow, accept));
      expect(rejections.of(flow, accept)).not.to.deep.equal(rejectionOf(await flowOf(rejected(first)), "*/*"));
    });
  }
});

describe("acceptsJson", () => {
  const rows: readonly (readonly [accept: string | undefined, accepted: boolean])[] = [
    [undefined, true],
    ["", true],
    ["  ", true],
    ["*/*", true],
    ["application/*", true],
    ["application/json", true],
    ["Application/JSON; charset=utf-8", true],
    ["application/problem+json", true],
    ["application/ld+json", true],
    ["text/html,application/xhtml+xml,*/*;q=0.8", true],
    ["text/html, application/json;q=0.001", true],
    ["application/json;q=1.000", true],
    ["text/html", false],
    ["text/*, image/png", false],
    ["application/json;q=0", false],
    ["application/json;q=0.0", false],
    ["application/json; Q=0.000", false],
    ["application/jsonp", false],
    ["nonsense", false],
    [",,;;", false],
  ];
  for (const [accept, answer] of rows) {
    it(`${JSON.stringify(accept)} -> ${answer}`, () => expect(acceptsJson(accept)).to.equal(answer));
  }
});
