import { createEngine, type Engine } from "@aperture-flow/engine";
import { FakeClock } from "@aperture-flow/engine/testing";
import { expect } from "chai";
import type { SuiteOptions } from "./app-description.ts";
import { OK } from "./routes.ts";
import type { OpenApp, RunningApp } from "./running-app.ts";

const USER_HEADER = "http.request.header.x_user_id";
const MANY = 10_000;
const MEGABYTE = 1_048_576;

type Headers = Readonly<Record<string, string>>;

/** Requests of one user who wants more tokens than a real engine gives each: three, as its clock stands still. */
export function tokenCases(open: OpenApp): void {
  const engines: Engine[] = [];
  afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.close())));

  const openWithEngine = async (key: string, options: Partial<SuiteOptions>): Promise<RunningApp> => {
    const rate_limiter = {
      bucket_capacity: 3,
      fill_amount: 1,
      parameters: { interval: "1s", limit_by_label_key: key },
      selectors: [{ control_point: "api" }],
    };
    const policies = { blueprint: "rate-limiting/base", policy: { policy_name: "per-user", rate_limiter } };
    const engine = await createEngine({ policies, clock: new FakeClock() });
    engines.push(engine);
    return open({ answers: [(request) => engine.check(request)], options, routes: [OK] });
  };

  /** Six requests, each with other headers. */
  const expectThreeOfSix = async (app: RunningApp, headersOf: (attempt: number) => Headers): Promise<void> => {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      statuses.push((await app.request({ path: "/ok", headers: headersOf(attempt) })).status);
    }
    expect(statuses).to.deep.equal([200, 200, 200, 429, 429, 429]);
  };

  for (const trustBaggage of [false, true, ["tenant"]]) {
    it(`does not get them by baggage that names the label of the limit (trusted: ${trustBaggage})`, async () => {
      const labels: SuiteOptions["labels"] = ({ headers }) => ({ tenant: String(headers["x-tenant"]) });
      const app = await openWithEngine("tenant", { labels, trustBaggage });
      await expectThreeOfSix(app, (attempt) => ({ "x-tenant": "acme", baggage: `tenant=other${attempt}` }));
    });
  }

  it("does not get them by a header that looks like the one of the limit", async () => {
    const app = await openWithEngine(USER_HEADER, { headerLabels: ["x-user-id"] });
    await expectThreeOfSix(app, (attempt) => {
      const others: Headers = { x_user_id: `mallory${attempt}`, [USER_HEADER]: `mallory${attempt}` };
      return attempt % 2 === 0 ? { ...others, "x-user-id": "alice" } : { "x-user-id": "alice", ...others };
    });
  });

  for (const name of ["__proto__", "constructor"]) {
    it(`does not get them where the label of the limit is called ${name}`, async () => {
      const labels: SuiteOptions["labels"] = () => JSON.parse(`{"${name}":"alice"}`);
      const app = await openWithEngine(name, { labels, trustBaggage: true });
      await expectThreeOfSix(app, (attempt) => ({ [name]: `mallory${attempt}`, baggage: `${name}=mallory${attempt}` }));
    });
  }

  it(`does not get them by ${MANY} other labels`, async () => {
    let calls = 0;
    const labels: SuiteOptions["labels"] = () => {
      calls += 1;
      const others = Array.from({ length: MANY }, (_, at) => [`label${calls}-${at}`, "x"]);
      return { ...Object.fromEntries(others), user: "alice" };
    };
    await expectThreeOfSix(await openWithEngine("user", { labels }), () => ({}));
  });

  it("does not get them by long headers that leave no room for the label of the limit", async () => {
    const long = Array.from({ length: 10 }, (_, at) => `x-long-${at}`);
    const app = await openWithEngine(USER_HEADER, { headerLabels: [...long, "x-user-id"], trustBaggage: true });
    const crowd = Object.fromEntries(long.map((name) => [name, "x".repeat(1200)]));
    await expectThreeOfSix(app, () => ({ baggage: "k=v", ...crowd, "x-user-id": "alice" }));
  });

  it("does not get them by a header of 1 MB, where a server takes one", async () => {
    const app = await openWithEngine(USER_HEADER, { headerLabels: ["x-user-id"] });
    Object.assign(app.server, { maxHeaderSize: 2 * MEGABYTE });
    await expectThreeOfSix(app, (attempt) => ({ "x-user-id": `${"a".repeat(MEGABYTE)}${attempt}` }));
    expect(app.ledger.labels[USER_HEADER]).to.have.lengthOf(1024);
  });

  it("does not get them by a header of 1 MB, which no server takes by itself", async () => {
    const app = await openWithEngine(USER_HEADER, { headerLabels: ["x-user-id"] });
    expect((await app.request({ path: "/ok", headers: { "x-user-id": "a".repeat(MEGABYTE) } })).status).to.equal(431);
    expect(app.ledger.controlPoints).to.deep.equal([]);
    await expectThreeOfSix(app, () => ({ "x-user-id": "alice" }));
  });

  it("does not get them by bytes that are no text", async () => {
    const app = await openWithEngine(USER_HEADER, { headerLabels: ["x-user-id"] });
    await expectThreeOfSix(app, () => ({ "x-user-id": "u\u0080\u00c3\u00a9\u00ff\u00fe" }));
  });
}
