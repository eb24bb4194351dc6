import { ServerResponse } from "node:http";
import { expect } from "chai";
import { type Exchange, exchangesBesideMessages, exchangesOnMessages } from "../../src/adapter/exchange.ts";
import { ApertureClient } from "../../src/client.ts";
import { ScriptedControl } from "../../src/testing/index.ts";
import { messageOf } from "./sample-message.ts";

function exchange(): Exchange {
  const message = messageOf();
  const response = new ServerResponse(message);
  return { request: message, reply: response, message, response, headers: response, gate: undefined, flow: undefined };
}

for (const [where, kept] of [
  ["on messages", exchangesOnMessages],
  ["beside messages", exchangesBesideMessages],
] as const) {
  describe(`exchanges kept ${where}`, () => {
    it("are none for a request that met no adapter", () => {
      expect(kept().of(messageOf())).to.equal(undefined);
    });

    it("have the innermost gate and flow of each request", async () => {
      const client = new ApertureClient({ control: new ScriptedControl() });
      const [outer, inner] = await Promise.all([client.startFlow("api"), client.startFlow("pay")]);
      const [one, other] = [exchange(), exchange()];
      const exchanges = kept();
      exchanges.keep(one);
      exchanges.keep(other);
      Object.assign(one, { gate: "outer gate", flow: outer });
      Object.assign(one, { gate: "inner gate", flow: inner });
      const known = exchanges.of(one.message);
      expect([known?.gate, known?.flow]).to.deep.equal(["inner gate", inner]);
      expect([exchanges.of(other.message)?.gate, exchanges.of(other.message)?.flow]).to.deep.equal([
        undefined,
        undefined,
      ]);
    });

    it("are found through every copy of the kit", () => {
      const one = exchange();
      kept().keep(one);
      expect(kept().of(one.message)).to.equal(one);
    });
  });
}

describe("exchanges kept beside messages", () => {
  it("add nothing to the message", () => {
    const one = exchange();
    const before = Reflect.ownKeys(one.message);
    exchangesBesideMessages().keep(one);
    expect(Reflect.ownKeys(one.message)).to.deep.equal(before);
  });
});
