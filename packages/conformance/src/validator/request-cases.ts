import { expect } from "chai";
import { ECHO, OK } from "../adapter-suite/routes.ts";
import type { AgentApp, OpenAgentApp } from "./agent-app.ts";

/** As much of the messages as these cases read, with names as on the wire. */
interface SentCheck {
  readonly control_point?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ramp_mode?: boolean;
  readonly expect_end?: boolean;
}

interface SentCheckHttp extends SentCheck {
  readonly request?: {
    readonly method?: string;
    readonly path?: string;
    readonly host?: string;
    readonly protocol?: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
  readonly source?: { readonly address?: string; readonly port?: number };
  readonly destination?: { readonly address?: string; readonly port?: number };
}

const REQUEST = {
  method: "POST",
  path: "/echo?page=2",
  headers: {
    "X-Tier": "gold",
    Authorization: "Bearer secret",
    Cookie: "secret",
    Baggage: "user=mallory,http.method=PUT",
  },
  body: "hello",
};

/** What an agent is told of a request. */
export function requestCases(open: OpenAgentApp): void {
  const check = (app: AgentApp) => app.calls("Check").at(-1)?.request as SentCheck;
  const checkHttp = (app: AgentApp) => app.calls("CheckHTTP").at(-1)?.request as SentCheckHttp;

  it("are a control point, labels and the promise of an end", async () => {
    const labels = { "http.method": "ours", tier: "gold" };
    const app = await open({
      routes: [ECHO],
      options: { labels, headerLabels: ["x-tier"] },
      client: { labels: { tier: "no", zone: "a" } },
    });
    await app.request(REQUEST);
    const sent = check(app);
    expect(sent).to.include({ control_point: "api", expect_end: true });
    expect(sent.ramp_mode ?? false).to.equal(false);
    expect(sent.labels).to.include({
      "http.method": "ours",
      "http.target": "/echo",
      "http.request.header.x_tier": "gold",
      tier: "gold",
      zone: "a",
    });
    expect(JSON.stringify(sent)).not.to.match(/secret|mallory/);
  });

  for (const [rpc, sent] of [
    ["check", check],
    ["http", checkHttp],
  ] as const) {
    it(`are marked as a ramp's, by ${rpc}`, async () => {
      const app = await open({ routes: [OK], options: { rpc, rampMode: true } });
      await app.request({ path: "/ok" });
      expect(sent(app)).to.include({ ramp_mode: true, expect_end: true });
    });
  }

  it("are the whole request, by http", async () => {
    const app = await open({ routes: [ECHO], options: { rpc: "http" } });
    await app.request(REQUEST);
    const { control_point, expect_end, request, source, destination } = checkHttp(app);
    expect({ control_point, expect_end }).to.deep.equal({ control_point: "api", expect_end: true });
    expect(request).to.include({ method: "POST", path: "/echo?page=2", host: "suite.test", protocol: "HTTP/1.1" });
    expect(request?.headers).to.include({ "x-tier": "gold", "content-length": "5" });
    expect(Object.keys(request?.headers ?? {}).filter((name) => name !== name.toLowerCase())).to.deep.equal([]);
    expect(JSON.stringify(request)).not.to.match(/secret|mallory/);
    for (const end of [source, destination]) expect(end?.address).to.equal("127.0.0.1");
  });

  it("carry the application's labels past whatever baggage the client sent, by http", async () => {
    const labels = { user: "alice", "odd value": "left out", plan: "a+b, 100 %;" };
    const app = await open({ routes: [ECHO], options: { rpc: "http", labels, trustBaggage: ["user"] } });
    await app.request(REQUEST);
    const decided = app.agent.script.checks.at(-1)?.labels;
    expect(decided).to.include({ user: "alice", plan: "a+b, 100 %;" });
    expect(decided).not.to.have.any.keys("odd value", "http.method");
    expect(checkHttp(app).request?.headers?.["baggage"]).to.match(/^[\x21-\x7e]+$/);
  });
}
