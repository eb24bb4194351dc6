import { Buffer } from "node:buffer";
import { expect } from "chai";
import { Complaints } from "../../src/complaints.ts";
import { FlowExport } from "../../src/grpc/flow-export.ts";
import { CollectedWarnings } from "../collected-warnings.ts";

const SPAN = Buffer.from("span");

/** An export whose batches are answered when the test says so. */
function exporting() {
  const batches: { size: number; settle: (error?: Error) => void }[] = [];
  const logger = new CollectedWarnings();
  const send = (spans: readonly Buffer[]) =>
    new Promise<void>((resolve, reject) => {
      const settle = (error?: Error) => (error === undefined ? resolve() : reject(error));
      batches.push({ size: spans.length, settle });
    });
  const flows = new FlowExport(send, new Complaints(logger));
  const add = (count: number) => {
    for (let index = 0; index < count; index += 1) flows.add(SPAN);
  };
  return { flows, batches, logger, add };
}

describe("FlowExport", () => {
  it("sends a batch as soon as it is full", () => {
    const { batches, add } = exporting();
    add(249);
    expect(batches).to.have.length(0);
    add(1);
    expect(batches.map(({ size }) => size)).to.deep.equal([250]);
  });

  it("sends what is there after a second", async () => {
    const { batches, add } = exporting();
    add(3);
    while (batches.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(batches[0]?.size).to.equal(3);
  });

  it("has four batches on their way at most, and drops what does not fit the queue", () => {
    const { flows, batches, logger, add } = exporting();
    add(10_000);
    expect(batches).to.have.length(4);
    expect(flows.counts).to.deep.equal({ sent: 0, dropped: 10_000 - 1000 - 4096, queued: 4096 });
    expect(logger.messages).to.deep.equal(["telemetry of flows was lost, 1 in all: the agent is too slow for them"]);
  });

  it("sends large spans before there are many, and keeps up to 8 MB of them waiting", async () => {
    const { flows, batches } = exporting();
    const large = Buffer.alloc(1_000_000);
    for (let index = 0; index < 18; index += 1) flows.add(large);
    expect(batches.map(({ size }) => size)).to.deep.equal([2, 2, 2, 2]);
    expect(flows.counts).to.deep.equal({ sent: 0, dropped: 2, queued: 8 });
    batches[0]?.settle();
    await new Promise(setImmediate);
    for (let index = 0; index < 3; index += 1) flows.add(large);
    expect(flows.counts).to.deep.equal({ sent: 2, dropped: 3, queued: 8 });
  });

  it("does not send again what was not taken", async () => {
    const { flows, batches, logger, add } = exporting();
    add(300);
    const flushed = flows.flush();
    batches[0]?.settle(new Error("no such method"));
    batches[1]?.settle();
    await flushed;
    expect(flows.counts).to.deep.equal({ sent: 50, dropped: 250, queued: 0 });
    expect(logger.messages).to.deep.equal(["telemetry of flows was lost, 250 in all: no such method"]);
  });

  it("flushes all of a long queue", async () => {
    const { flows, batches, add } = exporting();
    add(2050);
    let done = false;
    const flushed = flows.flush().then(() => {
      done = true;
    });
    for (let index = 0; index < 9; index += 1) {
      expect(done).to.equal(false);
      batches[index]?.settle();
      await new Promise(setImmediate);
    }
    await flushed;
    expect(flows.counts).to.deep.equal({ sent: 2050, dropped: 0, queued: 0 });
  });

  it("has nothing to flush when there is nothing", () => exporting().flows.flush());
});
