import type { IncomingMessage } from "node:http";
import { expect } from "chai";
import { Gate } from "../../src/adapter/gate.ts";
import { RouteGates } from "../../src/adapter/route-gates.ts";
import { ApertureClient } from "../../src/client.ts";
import { ScriptedControl } from "../../src/testing/index.ts";

function installed(timeoutMs: number): Gate<IncomingMessage> {
  const client = new ApertureClient({ control: new ScriptedControl() });
  const framework = {
    message: (request: IncomingMessage) => request,
    target: () => "/",
    scheme: () => "http",
    clientAddress: () => undefined,
    route: () => undefined,
    reject: () => undefined,
  };
  return new Gate({ options: { client, controlPoint: "api", timeoutMs, rampMode: true }, framework });
}

describe("RouteGates", () => {
  it("makes one gate for each installed one, with its options, the route's own first", () => {
    const gates = new RouteGates<IncomingMessage, unknown>("pay", { timeoutMs: 5 });
    const [first, second] = [installed(100), installed(200)];
    const gate = gates.of(first);
    expect(gate.options).to.include({
      controlPoint: "pay",
      timeoutMs: 5,
      rampMode: true,
      client: first.options.client,
    });
    expect(gates.of(first)).to.equal(gate);
    expect(gates.of(second)).not.to.equal(gate);
    expect(gates.of(second).options.client).to.equal(second.options.client);
    expect(first.options).to.include({ controlPoint: "api", timeoutMs: 100 });
  });
});
