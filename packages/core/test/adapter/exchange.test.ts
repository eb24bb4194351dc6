import { ServerResponse } from "node:http";
import { expect } from "chai";
import { type Exchange, exchangesOnHeaders } from "../../src/adapter/exchange.ts";
import { ApertureClient } from "../../src/client.ts";
import { ScriptedControl } from "../../src/testing/index.ts";
import { messageOf } from "./sample-message.ts";

function exchange(): Exchange {
  const message = messageOf();
  const response = new ServerResponse(message);
  const parts = {
    request: message,
    reply: response,
    message,
    response,
    requestHeaders: message.headers,
    headers: response,
  };
  return { ...parts, gate: undefined, flow: undefined };
}

describe("exchangesOnHeaders", () => {
  it("has none for a request that met no adapter", () => {
    expect(exchangesOnHeaders().of(messageOf())).to.equal(undefined);
  });

  it("has the innermost gate and flow of each request", async () => {
    const client = new ApertureClient({ control: new ScriptedControl() });
    const [outer, inner] = await Promise.all([client.startFlow("api"), client.startFlow("pay")]);
    const [one, other] = [exchange(), exchange()];
    const exchanges = exchangesOnHeaders();
    exchanges.keep(one);
    exchanges.keep(other);
    Object.assign(one, { gate: "outer gate", flow: outer });
    Object.assign(one, { gate: "inner gate", flow: inner });
    const known = exchanges.of(one.message);
    expect([known?.gate, known?.flow]).to.deep.equal(["inner gate", inner]);
    const unmet = exchanges.of(other.message);
    expect([unmet?.gate, unmet?.flow]).to.deep.equal([undefined, undefined]);
  });

  it("finds them through every copy of the kit", () => {
    const one = exchange();
    exchangesOnHeaders().keep(one);
    expect(exchangesOnHeaders().of(one.message)).to.equal(one);
  });

  it("adds nothing to the message, and no header", () => {
    const one = exchange();
    const { headers } = one.message;
    const before = [Reflect.ownKeys(one.message), Object.keys(headers), JSON.stringify(headers)];
    exchangesOnHeaders().keep(one);
    expect([Reflect.ownKeys(one.message), Object.keys(headers), JSON.stringify(headers)]).to.deep.equal(before);
  });

  it("takes no request for another whose headers were copied for it", () => {
    const one = exchange();
    exchangesOnHeaders().keep(one);
    const copy = messageOf();
    copy.headers = { ...one.message.headers };
    expect(exchangesOnHeaders().of(copy)).to.equal(undefined);
  });
});
