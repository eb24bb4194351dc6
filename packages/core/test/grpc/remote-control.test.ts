import { Client } from "@grpc/grpc-js";
import { expect } from "chai";
import { type ConnectedControl, RemoteControl } from "../../src/remote-control.ts";
import { accepted, ScriptedControl } from "../../src/testing/index.ts";
import { lease } from "../sample-decision.ts";
import { laterHttp2Transport } from "./loaded-later.ts";
import { connectedOver, overEachTransport } from "./transports.ts";

/** A connection that closes in this way. */
function closingBy(close: () => Promise<void>): ConnectedControl {
  return Object.assign(new ScriptedControl(), { state: () => "ready" as const, ready: async () => true, close });
}

describe("RemoteControl, closed", () => {
  const ways: Readonly<Record<string, () => Promise<ConnectedControl>>> = {
    "its code could not be loaded": () => Promise.reject(new Error("no such module")),
    "its connection throws": async () =>
      closingBy(() => {
        throw new Error("the channel is broken");
      }),
    "its connection rejects": async () => closingBy(() => Promise.reject(new Error("the channel is broken"))),
  };
  for (const [what, load] of Object.entries(ways)) {
    it(`does not reject when ${what}, however often`, async () => {
      const remote = new RemoteControl(load, true);
      expect(await remote.close()).to.equal(undefined);
      expect(await remote.close()).to.equal(undefined);
    });
  }
});

overEachTransport("a client whose connection breaks while it is closed", (transport) => {
  const connected = connectedOver(transport);
  it("is shut down all the same, with all that had ended", () =>
    connected(
      async ({ agent, client }) => {
        const flow = await client.startFlow("checkout");
        void flow.end();
        const { prototype } = transport === "http2" ? await laterHttp2Transport() : Client;
        const { close } = prototype;
        prototype.close = () => {
          throw new Error("the channel is broken");
        };
        try {
          expect(await client.shutdown()).to.equal(undefined);
          expect(await client.close()).to.equal(undefined);
        } finally {
          prototype.close = close;
        }
        expect(client.getState()).to.equal("closed");
        expect((await client.startFlow("checkout")).failOpenReason).to.equal("closed");
        expect([agent.callsOf("FlowEnd").length, agent.flows.length]).to.deep.equal([1, 1]);
      },
      { answers: [accepted({ leases: [lease("a")] })] },
    ));
});
