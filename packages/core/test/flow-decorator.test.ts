import { expect } from "chai";
import { ApertureClient } from "../src/client.ts";
import { flow } from "../src/flow-decorator.ts";
import { RejectedFlowError } from "../src/rejected-flow-error.ts";
import { accepted, rejected, ScriptedControl } from "../src/testing/index.ts";
import { lease } from "./sample-decision.ts";

describe("@flow", () => {
  it("runs a method as a flow, with its instance, arguments and result", async () => {
    const control = new ScriptedControl(accepted({ leases: [lease("a")] }));
    const client = new ApertureClient({ control });
    class Checkout {
      readonly currency = "EUR";

      @flow(client, "checkout", { labels: { user: "alice" } })
      async pay(amount: number): Promise<string> {
        expect(control.heldLeases).to.have.length(1);
        return `${amount} ${this.currency}`;
      }
    }
    expect(await new Checkout().pay(5)).to.equal("5 EUR");
    expect(control.checks.map(({ controlPoint, labels }) => [controlPoint, { ...labels }])).to.deep.equal([
      ["checkout", { user: "alice" }],
    ]);
    expect(control.heldLeases).to.deep.equal([]);
  });

  it("takes client and parameters from the instance", async () => {
    const control = new ScriptedControl();
    class Checkout {
      readonly client = new ApertureClient({ control });
      readonly user: string;

      constructor(user: string) {
        this.user = user;
      }

      @flow<Checkout>(
        (self) => self.client,
        "checkout",
        (self) => ({ labels: { user: self.user } }),
      )
      async pay(): Promise<void> {}
    }
    await new Checkout("alice").pay();
    await new Checkout("bob").pay();
    expect(control.checks.map(({ labels }) => labels["user"])).to.deep.equal(["alice", "bob"]);
  });

  it("rejects where the flow may not run", async () => {
    const client = new ApertureClient({ control: new ScriptedControl(rejected()) });
    class Checkout {
      paid = 0;

      @flow(client, "checkout")
      async pay(): Promise<void> {
        this.paid += 1;
      }
    }
    const checkout = new Checkout();
    const error = await checkout.pay().catch((cause) => cause);
    expect(error).to.be.instanceOf(RejectedFlowError);
    expect(checkout.paid).to.equal(0);
  });

  it("throws on what the method throws and ends the flow", async () => {
    const control = new ScriptedControl(accepted({ leases: [lease("a")] }));
    const client = new ApertureClient({ control });
    class Checkout {
      @flow(client, "checkout")
      async pay(): Promise<void> {
        throw new Error("card refused");
      }
    }
    const error = await new Checkout().pay().catch((cause) => cause);
    expect(error).to.have.property("message", "card refused");
    expect(control.heldLeases).to.deep.equal([]);
  });

  it("rejects, and does not throw, where the instance has no client", async () => {
    class Checkout {
      @flow<Checkout>(() => {
        throw new Error("no client yet");
      }, "checkout")
      async pay(): Promise<void> {}
    }
    const paying = new Checkout().pay();
    expect(await paying.catch((cause) => cause)).to.have.property("message", "no client yet");
  });
});
