import { expect } from "chai";
import { flowOfMessage, gateOfMessage, installGate, setFlowOfMessage } from "../../src/adapter/exchange-state.ts";
import { ApertureClient } from "../../src/client.ts";
import { ScriptedControl } from "../../src/testing/index.ts";
import { messageOf } from "./sample-message.ts";

describe("exchange state", () => {
  it("is nothing for a request that met no adapter", () => {
    const message = messageOf();
    expect(flowOfMessage(message)).to.equal(undefined);
    expect(gateOfMessage(message)).to.equal(undefined);
  });

  it("keeps the innermost gate and flow of each request", async () => {
    const client = new ApertureClient({ control: new ScriptedControl() });
    const [outer, inner] = await Promise.all([client.startFlow("api"), client.startFlow("pay")]);
    const [message, other] = [messageOf(), messageOf()];
    installGate(message, "outer gate");
    installGate(message, "inner gate");
    setFlowOfMessage(message, outer);
    setFlowOfMessage(message, inner);
    expect([gateOfMessage(message), flowOfMessage(message)]).to.deep.equal(["inner gate", inner]);
    expect([gateOfMessage(other), flowOfMessage(other)]).to.deep.equal([undefined, undefined]);
  });
});
