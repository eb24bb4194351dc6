import type { IncomingMessage } from "node:http";
import { expect } from "chai";
import { gateSettings } from "../../src/adapter/gate-settings.ts";
import type { RequestReader } from "../../src/adapter/http-labels.ts";
import type { AdapterOptions } from "../../src/adapter/options.ts";
import { labelsOfApplication, labelsOfRequest, requestLabelPlan } from "../../src/adapter/request-labels.ts";
import { RequestParts } from "../../src/adapter/request-parts.ts";
import { ApertureClient } from "../../src/client.ts";
import { ScriptedControl } from "../../src/testing/index.ts";
import { CollectedWarnings } from "../collected-warnings.ts";
import { messageOf } from "./sample-message.ts";

type Options = AdapterOptions<IncomingMessage, never>;

const client = new ApertureClient({ control: new ScriptedControl() });
const OWN = { user: "bob" };

function readerOf(address: string | undefined): RequestReader<IncomingMessage> {
  return {
    message: (request) => request,
    target: () => "/pay?card=1",
    scheme: () => "https",
    clientAddress: () => address,
    route: () => "/pay",
  };
}

function requestLabels(
  message: IncomingMessage,
  options: Partial<Options> = {},
  address: string | undefined = "192.0.2.7",
  read?: ReadonlySet<string>,
) {
  const settings = gateSettings({ client, ...options }, []);
  const parts = new RequestParts(message, readerOf(address), settings.ipv6PrefixLength);
  const [own, ...sources] = labelsOfRequest(OWN, requestLabelPlan(settings, read), parts);
  expect(own).to.equal(OWN);
  return sources;
}

describe("labelsOfRequest", () => {
  it("has HTTP labels alone unless told more", () => {
    const message = messageOf({ "x-tenant": "acme", baggage: "user=alice" });
    const sources = requestLabels(message);
    expect(sources).to.have.length(1);
    expect(sources[0]).to.include({ "http.target": "/pay", "http.route": "/pay", "client.address": "192.0.2.7" });
  });

  it("puts allowed headers before trusted baggage", () => {
    const message = messageOf({ "x-tenant": "acme", baggage: "user=alice,tier=gold" });
    const [, ...more] = requestLabels(message, { headerLabels: ["x-tenant"], trustBaggage: ["user"] });
    expect(more).to.deep.equal([{ "http.request.header.x_tenant": "acme" }, { user: "alice" }]);
  });

  for (const address of ["unknown", "", "10.0.0.1:80, evil"]) {
    it(`takes the connection's own address where the framework gives "${address}"`, () => {
      const message = messageOf();
      Object.defineProperty(message.socket, "remoteAddress", { value: "::ffff:198.51.100.1" });
      expect(requestLabels(message, {}, address)[0]).to.include({ "client.address": "198.51.100.1" });
    });
  }

  it("has no address where there is none", () => {
    expect(requestLabels(messageOf(), {}, "unknown")[0]?.["client.address"]).to.equal(undefined);
  });
});

describe("labelsOfRequest, where it is known which labels are read", () => {
  const ALL = { headerLabels: ["x-tenant", "x-other"], trustBaggage: true } as const;
  const message = messageOf({ "x-tenant": "acme", "x-other": "b", baggage: "user=alice,tier=gold" });

  it("makes those and no others", () => {
    const read = new Set(["client.address", "http.request.header.x_tenant", "tier", "user_id"]);
    expect(requestLabels(message, ALL, undefined, read)).to.deep.equal([
      { "client.address": "192.0.2.7" },
      { "http.request.header.x_tenant": "acme" },
      { tier: "gold" },
    ]);
  });

  it("makes none where none is read, and has the framework work nothing out", () => {
    const settings = gateSettings({ client, ...ALL }, []);
    const asked = () => expect.fail("nobody reads it");
    const reader = { message: () => message, target: asked, scheme: asked, clientAddress: asked, route: asked };
    const parts = new RequestParts(message, reader, 64);
    expect(labelsOfRequest(OWN, requestLabelPlan(settings, new Set(["user_id"])), parts)).to.deep.equal([OWN, {}]);
    expect(labelsOfRequest(OWN, requestLabelPlan(settings, new Set()), parts)).to.deep.equal([OWN]);
  });
});

describe("labelsOfRequest, beside a whole request", () => {
  it("has only what whoever decides cannot know, and what the application named", () => {
    const message = messageOf({ "x-tenant": "acme", baggage: "user=alice,tier=gold" });
    const sources = requestLabels(message, { rpc: "http", headerLabels: ["x-tenant"], trustBaggage: ["user"] });
    expect(sources).to.deep.equal([
      { "http.route": "/pay", "client.address": "192.0.2.7" },
      // Again, though the request has it: under this name nothing else of the request can stand in for it.
      { "http.request.header.x_tenant": "acme" },
      { user: "alice" },
    ]);
  });
});

describe("labelsOfApplication", () => {
  function applicationLabels(labels: unknown, more: Partial<Options> = {}) {
    const logger = new CollectedWarnings();
    const options = { client, logger, labels, ...more } as Options;
    return {
      given: labelsOfApplication(messageOf(), options.labels, gateSettings(options, [])),
      messages: logger.messages,
    };
  }

  it("takes a record as it is, a function's at once and a promise's when it comes", async () => {
    const labels = { user: "alice" };
    expect(applicationLabels(labels).given).to.equal(labels);
    expect(applicationLabels(() => labels).given).to.equal(labels);
    expect(applicationLabels(async () => labels).given).to.be.instanceOf(Promise);
    expect(await applicationLabels(async () => labels).given).to.equal(labels);
  });

  for (const [title, labels] of [
    ["is not given", undefined],
    ["returns undefined", () => undefined],
    ["returns null", () => null],
    ["answers undefined later", async () => undefined],
  ] as const) {
    it(`has none, and says nothing, where the option ${title}`, async () => {
      const { given, messages } = applicationLabels(labels);
      expect([await given, messages]).to.deep.equal([{}, []]);
    });
  }

  const broken = () => {
    throw new Error("no session");
  };
  const bare = () => {
    throw Object.create(null);
  };
  for (const [title, labels] of [
    ["throws", broken],
    ["throws what has no text", bare],
    ["rejects", async () => broken()],
    ["rejects with what has no text", async () => bare()],
    ["returns a text", () => "alice"],
    ["answers a text later", async () => "alice"],
  ] as const) {
    it(`has none where the function ${title}`, async () => {
      expect(await applicationLabels(labels).given).to.deep.equal({});
    });
  }

  it("says what went wrong", async () => {
    expect(applicationLabels(broken).messages).to.deep.equal(["the labels function failed: no session"]);
    const { given, messages } = applicationLabels(async () => "alice");
    await given;
    expect(messages).to.deep.equal(["the labels function failed: it returned a string"]);
  });

  it("waits no longer than the flow may", async () => {
    const { given, messages } = applicationLabels(() => new Promise(() => undefined), { timeoutMs: 5 });
    // The flow's own timer keeps no process alive.
    const alive = setTimeout(() => undefined, 5000);
    expect(await given).to.deep.equal({});
    clearTimeout(alive);
    expect(messages).to.deep.equal(["the labels function failed: no labels within 5 ms"]);
  });
});
