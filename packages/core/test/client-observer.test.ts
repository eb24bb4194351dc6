import { expect } from "chai";
import { ApertureClient } from "../src/client.ts";
import type { FlowObserver } from "../src/client-options.ts";
import type { FlowControl } from "../src/contract/flow-control.ts";
import type { FlowRecord } from "../src/contract/flow-record.ts";
import { FlowStatus } from "../src/contract/flow-status.ts";
import type { Flow } from "../src/flow.ts";
import { accepted, rejected, ScriptedControl } from "../src/testing/index.ts";
import { CollectedWarnings } from "./collected-warnings.ts";
import { lease } from "./sample-decision.ts";

class RecordingObserver implements FlowObserver {
  readonly events: [event: "started" | "ended", flow: Flow][] = [];
  readonly records: (FlowRecord | undefined)[] = [];

  started(flow: Flow, checkMs: number): void {
    expect(checkMs).to.be.at.least(0);
    this.events.push(["started", flow]);
  }

  ended(flow: Flow, record: FlowRecord | undefined): void {
    this.events.push(["ended", flow]);
    this.records.push(record);
  }
}

describe("FlowObserver", () => {
  it("is told once of a flow's start and end", async () => {
    const observer = new RecordingObserver();
    const client = new ApertureClient({ control: new ScriptedControl(), observer });
    const flow = await client.startFlow("checkout");
    await Promise.all([flow.end(), flow.end()]);
    expect(observer.events).to.deep.equal([
      ["started", flow],
      ["ended", flow],
    ]);
  });

  it("gets a record of what was decided and how it went", async () => {
    const observer = new RecordingObserver();
    const client = new ApertureClient({ control: new ScriptedControl(accepted()), observer });
    const flow = await client.startFlow("checkout");
    flow.setStatus(FlowStatus.Error);
    flow.setHttpStatusCode(502);
    await flow.end();
    const [record] = observer.records;
    expect(record).to.deep.include({ controlPoint: "checkout", status: "Error", httpStatusCode: 502 });
    expect(record?.response).to.equal(flow.checkResponse());
    const { startMs = 0, workloadStartMs = 0, endMs = 0 } = record ?? {};
    expect(startMs).to.be.greaterThan(0);
    expect(workloadStartMs).to.be.at.least(startMs);
    expect(endMs).to.be.at.least(workloadStartMs);
  });

  it("sees the time of the check apart from that of the work", async () => {
    const observer = new RecordingObserver();
    const control = new ScriptedControl(() => new Promise((resolve) => setTimeout(resolve, 5, accepted())));
    const flow = await new ApertureClient({ control, observer }).startFlow("checkout");
    await flow.end();
    expect(flow.workloadStartMs).to.be.greaterThan(flow.startMs);
  });

  it("gets no record where nobody had decided", async () => {
    const observer = new RecordingObserver();
    const control = new ScriptedControl(new Error("broken"));
    const client = new ApertureClient({ control, observer, logger: new CollectedWarnings() });
    await (await client.startFlow("checkout")).end();
    expect(observer.events.map(([event]) => event)).to.deep.equal(["started", "ended"]);
    expect(observer.records).to.deep.equal([undefined]);
  });

  for (const thrown of [new Error("broken"), Symbol("broken"), Object.create(null)]) {
    it(`may throw ${typeof thrown} without harm to flows`, async () => {
      const logger = new CollectedWarnings();
      const fail = () => {
        throw thrown;
      };
      const control = new ScriptedControl(accepted({ leases: [lease("a")] }), () =>
        Promise.resolve(accepted({ leases: [lease("b")] })),
      );
      const client = new ApertureClient({ control, logger, observer: { started: fail, ended: fail } });
      for (let index = 0; index < 2; index += 1) {
        const flow = await client.startFlow("checkout");
        expect(flow.decision).to.equal("accepted");
        await flow.end();
      }
      expect(control.heldLeases).to.deep.equal([]);
      expect(client.counts).to.deep.include({ accepted: 2, open: 0, unreachable: {} });
      expect(logger.messages).to.have.length(1);
      expect(logger.messages[0]).to.match(/^an observer threw: /);
    });
  }
});

describe("FlowControl.recordFlow", () => {
  it("takes what decided flows leave behind, rejected ones too", async () => {
    const records: FlowRecord[] = [];
    const script = new ScriptedControl(accepted(), rejected(), new Error("broken"));
    const control: FlowControl = Object.assign(script, { recordFlow: (record: FlowRecord) => records.push(record) });
    const client = new ApertureClient({ control, logger: new CollectedWarnings() });
    for (let index = 0; index < 3; index += 1) await (await client.startFlow("checkout")).end();
    expect(records.map(({ response }) => response.accepted)).to.deep.equal([true, false]);
  });

  it("keeps no times where nobody wants them", async () => {
    const flow = await new ApertureClient({ control: new ScriptedControl() }).startFlow("checkout");
    expect([flow.startMs, flow.workloadStartMs]).to.deep.equal([0, 0]);
  });
});
