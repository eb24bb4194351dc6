import { expect } from "chai";
import { STATES_BESIDE_MESSAGES, STATES_ON_MESSAGES } from "../../src/adapter/exchange-state.ts";
import { ApertureClient } from "../../src/client.ts";
import { ScriptedControl } from "../../src/testing/index.ts";
import { messageOf } from "./sample-message.ts";

for (const [where, states] of [
  ["on messages", STATES_ON_MESSAGES],
  ["beside messages", STATES_BESIDE_MESSAGES],
] as const) {
  describe(`exchange state, ${where}`, () => {
    it("is nothing for a request that met no adapter", () => {
      expect(states.of(messageOf())).to.equal(undefined);
    });

    it("keeps the innermost gate and flow of each request", async () => {
      const client = new ApertureClient({ control: new ScriptedControl() });
      const [outer, inner] = await Promise.all([client.startFlow("api"), client.startFlow("pay")]);
      const [message, other] = [messageOf(), messageOf()];
      states.install(message, "outer gate").flow = outer;
      expect(states.of(message)).to.deep.include({ gate: "outer gate", flow: outer });
      states.install(message, "inner gate").flow = inner;
      const state = states.of(message);
      expect([state?.gate, state?.flow]).to.deep.equal(["inner gate", inner]);
      expect(states.of(other)).to.equal(undefined);
    });

    it("keeps the flow when another gate is installed inside", async () => {
      const flow = await new ApertureClient({ control: new ScriptedControl() }).startFlow("api");
      const message = messageOf();
      states.install(message, "outer gate").flow = flow;
      expect(states.install(message, "inner gate").flow).to.equal(flow);
    });
  });
}

describe("exchange state beside messages", () => {
  it("adds nothing to the message", () => {
    const message = messageOf();
    const before = Reflect.ownKeys(message);
    STATES_BESIDE_MESSAGES.install(message, "gate");
    expect(Reflect.ownKeys(message)).to.deep.equal(before);
  });
});
