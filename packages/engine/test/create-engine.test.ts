import type { ApertureError, CheckHttpRequest, CheckRequest, CheckResponse, Labels } from "@aperture-flow/core";
import { FakeClock } from "@aperture-flow/engine/testing";
import { expect } from "chai";
import { createEngine, type EngineOptions } from "../src/create-engine.ts";

const request = (controlPoint: string, labels: Labels = {}): CheckRequest => ({
  controlPoint,
  labels,
  rampMode: false,
  expectEnd: true,
});

function limit(name: string, controlPoint: string, capacity = 1): string {
  return `
blueprint: rate-limiting/base
policy:
  policy_name: ${name}
  rate_limiter:
    bucket_capacity: ${capacity}
    fill_amount: 1
    parameters: { interval: 1s, limit_by_label_key: user }
    selectors: [{ control_point: ${controlPoint} }]
`;
}

async function setUp(yaml: string, options: Partial<EngineOptions> = {}) {
  const clock = new FakeClock();
  const engine = await createEngine({ clock, policies: { yaml, name: "policies.yaml" }, ...options });
  const allows = (controlPoint: string, labels: Labels = { user: "a" }) => {
    const response = engine.check(request(controlPoint, labels));
    if (response instanceof Promise) throw new Error("an engine in memory answers at once");
    return response.accepted;
  };
  return { engine, clock, allows };
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: ApertureError) => reason,
  );
  expect(error).to.include({ name: "ApertureError", code: "APERTURE_POLICY_INVALID" });
  return error?.message ?? "";
}

describe("createEngine", () => {
  it("puts policies in force", async () => {
    const { engine, clock, allows } = await setUp(limit("login", "login"));
    expect([allows("login"), allows("login"), allows("other")]).to.deep.equal([true, false, true]);
    expect(allows("login", { user: "b" })).to.equal(true);
    await clock.advance(1000);
    expect(allows("login")).to.equal(true);
    await engine.close();
  });

  it("runs without policies, and lets all flows pass", async () => {
    const { engine, allows } = await setUp("", { policies: [] });
    expect(allows("anything")).to.equal(true);
    expect(engine.policies()).to.deep.equal([]);
    await engine.close();
  });

  it("says what is in force", async () => {
    const { engine } = await setUp(`${limit("b", "login")}---${limit("a", "logout")}`);
    expect(engine.policies().map(({ name, components }) => ({ name, components }))).to.deep.equal([
      { name: "b", components: [{ component: "root.0", kind: "rate-limiter", controlPoints: ["login"] }] },
      { name: "a", components: [{ component: "root.0", kind: "rate-limiter", controlPoints: ["logout"] }] },
    ]);
    await engine.close();
  });

  it("fails with all that is wrong", async () => {
    const policies = [{ yaml: limit("a", "login").replace("1s", "1"), name: "a.yaml" }, "/does/not/exist.yaml"];
    expect(await messageOf(createEngine({ policies }))).to.equal(
      [
        "/does/not/exist.yaml: cannot be read: ENOENT: no such file or directory, stat '/does/not/exist.yaml'",
        'a.yaml:8:19: policy.rate_limiter.parameters.interval: expected a duration such as "30s", got 1',
      ].join("\n"),
    );
  });

  it("leaves out selectors of other agent groups, where it has a group", async () => {
    const ofGroup = limit("login", "login").replace("control_point: login", "control_point: login, agent_group: eu");
    for (const [agentGroup, second] of [
      ["eu", false],
      ["us", true],
      [undefined, false],
    ] as const) {
      const { engine, allows } = await setUp(ofGroup, { agentGroup });
      expect([allows("login"), allows("login")]).to.deep.equal([true, second]);
      await engine.close();
    }
  });
});

describe("replacePolicies", () => {
  it("keeps the state of policies that did not change, and starts those afresh that did", async () => {
    const { engine, allows } = await setUp(`${limit("a", "login")}---${limit("b", "logout")}`);
    expect([allows("login"), allows("logout")]).to.deep.equal([true, true]);
    const rewritten = limit("a", "login").replace("interval: 1s", 'interval: "1000ms" ');
    await engine.replacePolicies({ yaml: `${rewritten}---${limit("b", "logout", 2)}` });
    expect([allows("login"), allows("logout"), allows("logout"), allows("logout")]).to.deep.equal([
      false,
      true,
      true,
      false,
    ]);
    await engine.close();
  });

  it("keeps the last good set where the new one has a mistake", async () => {
    const refused: unknown[] = [];
    const { engine, allows } = await setUp(limit("login", "login"), {
      observer: { policiesRefused: (error) => refused.push(error) },
    });
    expect(allows("login")).to.equal(true);
    const bad = { yaml: `${limit("logout", "logout")}---${limit("x", "x", -1)}`, name: "new.yaml" };
    expect(await messageOf(engine.replacePolicies(bad))).to.equal(
      "new.yaml:15:5: policy.rate_limiter.bucket_capacity: expected a number >= 0, got -1",
    );
    expect(refused).to.have.length(1);
    expect(engine.policies().map(({ name }) => name)).to.deep.equal(["login"]);
    expect([allows("login"), allows("logout"), allows("logout")]).to.deep.equal([false, true, true]);
    await engine.replacePolicies({ yaml: limit("logout", "logout") });
    expect([allows("login"), allows("logout"), allows("logout")]).to.deep.equal([true, true, false]);
    await engine.close();
  });
});

describe("checkHttp", () => {
  const CLASSIFIED = `${limit("per-user", "ingress")}
  resources:
    flow_control:
      classifiers:
        - selectors:
            - { control_point: ingress, label_matcher: { match_labels: { http.method: POST } } }
            - { control_point: ingress, service: shop }
          rules:
            user: { extractor: { jwt: { from: request.http.bearer, json_pointer: /sub } } }
`;

  const token = (sub: string) => `Bearer h.${Buffer.from(JSON.stringify({ sub })).toString("base64url")}.s`;

  function httpRequest(user: string, given: Partial<CheckHttpRequest> = {}, method = "POST"): CheckHttpRequest {
    const headers = { authorization: token(user) };
    const http = { method, path: "/", host: "h", scheme: "https", protocol: "HTTP/1.1", size: 0, headers };
    return { controlPoint: "ingress", labels: {}, http, rampMode: false, expectEnd: true, ...given };
  }

  const labelOf = (response: CheckResponse) => response.decisions[0]?.label;

  it("keys limits by what classifiers make of the request", async () => {
    const { engine } = await setUp(CLASSIFIED);
    expect(labelOf(await engine.checkHttp(httpRequest("ann")))).to.equal("user:ann");
    expect((await engine.checkHttp(httpRequest("bob"))).accepted).to.equal(true);
    expect((await engine.checkHttp(httpRequest("ann"))).accepted).to.equal(false);
    await engine.close();
  });

  it("believes classifiers before labels, which anybody may have sent along", async () => {
    const { engine } = await setUp(CLASSIFIED);
    const response = await engine.checkHttp(httpRequest("ann", { labels: { user: "admin" } }));
    expect(labelOf(response)).to.equal("user:ann");
    await engine.close();
  });

  it("classifies flows that one of the selectors means, and no others", async () => {
    const { engine } = await setUp(CLASSIFIED);
    const reasonOf = async (given: Partial<CheckHttpRequest>) =>
      (await engine.checkHttp(httpRequest("ann", given, "GET"))).decisions[0]?.reason;
    expect(await reasonOf({})).to.equal("key-not-found");
    expect(await reasonOf({ services: ["shop"] })).to.equal(undefined);
    await engine.close();
  });

  it("does not classify flows without a request", async () => {
    const { engine } = await setUp(CLASSIFIED);
    const response = await engine.check(request("ingress", { "http.method": "POST" }));
    expect(response.decisions[0]?.reason).to.equal("key-not-found");
    await engine.close();
  });

  it("evaluates Rego where it is given an evaluator, again after a reload", async () => {
    const rego = `${limit("per-user", "ingress")}
  resources:
    flow_control:
      classifiers:
        - selectors: [{ control_point: ingress }]
          rego: { labels: { user: {} }, module: "package users" }
`;
    const compiled: string[] = [];
    const compile = (module: string) => {
      if (module.includes("broken")) throw new Error("rego_parse_error");
      compiled.push(module);
      return () => ({ user: "ann b", other: "x" });
    };
    const { engine } = await setUp(rego, { rego: { compile } });
    expect(labelOf(await engine.checkHttp(httpRequest("x")))).to.equal("user:ann-b");
    expect(await messageOf(engine.replacePolicies({ yaml: rego.replace("users", "broken") }))).to.match(
      /classifiers\[0\].rego.module: rego_parse_error$/,
    );
    await engine.replacePolicies({ yaml: rego.replace("users", "people") });
    expect(compiled).to.deep.equal(["package users", "package people"]);
    await engine.close();
  });

  it("tells of a module that fails, and goes on without its labels", async () => {
    const yaml = `${limit("per-user", "ingress")}
  resources: { flow_control: { classifiers: [
    { selectors: [{ control_point: ingress }], rego: { labels: { user: {} }, module: "package users" } } ] } }
`;
    const errors: string[] = [];
    const failing = () => {
      throw new Error("out of fuel");
    };
    const { engine } = await setUp(yaml, {
      rego: { compile: () => failing },
      observer: { classifierError: (policy, error) => errors.push(`${policy}: ${error}`) },
    });
    expect((await engine.checkHttp(httpRequest("x"))).decisions[0]?.reason).to.equal("key-not-found");
    expect(errors).to.deep.equal(["per-user: Error: out of fuel"]);
    await engine.close();
  });
});
