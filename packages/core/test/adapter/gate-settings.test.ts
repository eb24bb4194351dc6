import { expect } from "chai";
import { gateSettings } from "../../src/adapter/gate-settings.ts";
import type { AdapterOptions } from "../../src/adapter/options.ts";
import { ApertureClient } from "../../src/client.ts";
import { ApertureError } from "../../src/contract/errors.ts";
import { ScriptedControl } from "../../src/testing/index.ts";
import { CollectedWarnings } from "../collected-warnings.ts";

const client = new ApertureClient({ control: new ScriptedControl() });

function settings(options: object, extraNames: readonly string[] = []) {
  return gateSettings({ client, ...options } as AdapterOptions<unknown, never>, extraNames);
}

function refusal(options: object): ApertureError {
  try {
    settings(options);
  } catch (error) {
    expect(error).to.be.instanceOf(ApertureError);
    return error as ApertureError;
  }
  throw new Error("it was expected to be refused");
}

describe("gateSettings", () => {
  it("fills in what was left out", () => {
    const { complaints: _, isError, ...rest } = settings({});
    expect(rest).to.deep.equal({
      headers: [],
      ignores: undefined,
      labelsTimeoutMs: 1000,
      trustedBaggage: undefined,
      rateLimitHeaders: true,
      exposeHeaders: undefined,
      abortStatus: "ok",
      ipv6PrefixLength: 64,
      http: undefined,
    });
    expect([200, 404, 429, 499, 500, 503].filter(isError)).to.deep.equal([500, 503]);
  });

  it("trusts no baggage for false, all for true, and what is named", () => {
    const trusted = [false, true, ["user"]].map((trustBaggage) => settings({ trustBaggage }).trustedBaggage);
    expect(trusted).to.deep.equal([undefined, true, ["user"]]);
  });

  it("makes labels of headers by the agent's rule", () => {
    expect(settings({ headerLabels: ["X-Tenant-Id", "accept"] }).headers).to.deep.equal([
      { header: "x-tenant-id", label: "http.request.header.x_tenant_id" },
      { header: "accept", label: "http.request.header.accept" },
    ]);
  });
});

describe("gateSettings, whole requests", () => {
  const redacted = (options: object) => [...(settings({ rpc: "http", ...options }).http?.redacted ?? [])];

  it("are sent only when asked for", () => expect(settings({ rpc: "check" }).http).to.equal(undefined));

  it("go without credentials, and without the client's baggage", () => {
    const credentials = ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"];
    expect(redacted({})).to.have.members([...credentials, "baggage"]);
  });

  it("go without what is named instead, in any case", () => {
    expect(redacted({ redactHeaders: ["Cookie", "X-Session"] })).to.have.members(["cookie", "x-session", "baggage"]);
  });
});

describe("gateSettings, isError", () => {
  it("is the application's where it is given", () => {
    const { isError } = settings({ isError: (statusCode: number) => statusCode === 404 });
    expect([404, 500].filter(isError)).to.deep.equal([404]);
  });

  it("counts from 500 up, and says so once, where the application's throws", () => {
    const logger = new CollectedWarnings();
    const broken = () => {
      throw new Error("no table");
    };
    const { isError } = settings({ isError: broken, logger });
    expect([404, 500, 503].filter(isError)).to.deep.equal([500, 503]);
    expect(logger.messages).to.deep.equal(["isError failed: no table"]);
  });
});

describe("gateSettings, ignored requests", () => {
  const rows: readonly (readonly [options: object, method: string, path: string, ignored: boolean])[] = [
    [{ ignoredPaths: ["/health"] }, "GET", "/health", true],
    [{ ignoredPaths: ["/health"] }, "GET", "/healthy-orders", false],
    [{ ignoredPaths: ["/health"] }, "GET", "/health/", false],
    [{ ignoredPaths: ["/static/*"] }, "GET", "/static/app.js", true],
    [{ ignoredPaths: ["/static/*"] }, "GET", "/static", false],
    [{ ignoredPaths: ["*"] }, "GET", "/anything", true],
    [{ ignoredPaths: [/^\/v\d+\/ping$/] }, "GET", "/v2/ping", true],
    [{ ignoredPaths: [/^\/v\d+\/ping$/] }, "GET", "/v2/pings", false],
    [{ ignoredPaths: ["/a.b"] }, "GET", "/aXb", false],
    [{ ignoredMethods: ["options"] }, "OPTIONS", "/pay", true],
    [{ ignoredMethods: ["OPTIONS"] }, "POST", "/pay", false],
    [{ ignoredMethods: ["OPTIONS"], ignoredPaths: ["/health"] }, "GET", "/health", true],
  ];
  for (const [options, method, path, ignored] of rows) {
    const { ignoredPaths = [], ignoredMethods = [] } = options as {
      ignoredPaths?: unknown[];
      ignoredMethods?: string[];
    };
    it(`${method} ${path}: ${ignored}, ignoring ${[...ignoredPaths, ...ignoredMethods].join(" ")}`, () => {
      expect(settings(options).ignores?.(method, path)).to.equal(ignored);
    });
  }

  it("remembers nothing of the last match of a pattern", () => {
    const { ignores } = settings({ ignoredPaths: [/ping/g, /pong/y] });
    expect([1, 2, 3].map(() => ignores?.("GET", "/ping"))).to.deep.equal([true, true, true]);
  });
});

describe("gateSettings, mistakes", () => {
  const mistakes: readonly (readonly [options: object, message: RegExp])[] = [
    [{ client: undefined }, /client must be an ApertureClient/],
    [{ client: {} }, /client must be an ApertureClient/],
    [{ ipv6PrefixLength: 31 }, /from 32 to 128, got 31/],
    [{ ipv6PrefixLength: 129 }, /from 32 to 128, got 129/],
    [{ ipv6PrefixLength: 64.5 }, /from 32 to 128, got 64.5/],
    [{ ipv6PrefixLength: "64" }, /from 32 to 128/],
    [{ headerLabels: ["Authorization"] }, /"Authorization" is a credential/],
    [{ headerLabels: ["x-tenant", "x_tenant"] }, /"x-tenant" and "x_tenant" would both become/],
    [{ headerLabels: ["X-Tenant", "x-tenant"] }, /would both become/],
  ];
  for (const [options, message] of mistakes) {
    it(`refuses: ${message.source}`, () => {
      const { code, message: said } = refusal(options);
      expect(code).to.equal("APERTURE_OPTION_INVALID");
      expect(said).to.match(message);
    });
  }

  for (const header of ["cookie", "Set-Cookie", "x-api-key", "proxy-authorization"]) {
    it(`makes no label of ${header}`, () =>
      expect(refusal({ headerLabels: [header] }).message).to.include("credential"));
  }

  it("says what an unknown option was probably meant to be", () => {
    const logger = new CollectedWarnings();
    settings({ logger, controlpoint: "pay", hook: "preHandler", hok: 1 }, ["hook"]);
    expect(logger.messages).to.have.length(2);
    expect(logger.messages[0]).to.include('did you mean "controlPoint"?');
    expect(logger.messages[1]).to.include('did you mean "hook"?');
  });
});
