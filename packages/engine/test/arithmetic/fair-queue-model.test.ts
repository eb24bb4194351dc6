import { expect } from "chai";
import fc from "fast-check";
import { FairQueue, type QueueEntry, type Share } from "../../src/arithmetic/fair-queue.ts";

interface Entry extends QueueEntry<Entry> {
  readonly id: number;
}

interface Flow {
  readonly name: string;
  readonly workload: string;
  time: number;
  readonly line: Request[];
  head: Request | undefined;
  live: number;
}

interface Request {
  readonly id: number;
  readonly flow: Flow;
  readonly cost: number;
  finish: number;
}

/**
 * The queue of the reference, step by step and as plainly as can be: a list for a heap, names for everything. It departs
 * from it in one point: who arrives while nobody of its flow stands in the heap goes behind those that wait in it.
 */
class Model {
  readonly #flows = new Map<string, Flow>();
  readonly #heads: Request[] = [];
  #time = 0;
  served: Request | undefined;

  arrive(id: number, { workload, priority, fairness }: Share, tokens: number): Request {
    if (this.served === undefined) this.#time = 0;
    const lane = `${workload}|${priority}`;
    const name = `${lane}|${fairness}`;
    const flow = this.#flows.get(name) ?? {
      name,
      workload: lane,
      time: this.#time,
      line: [],
      head: undefined,
      live: 0,
    };
    this.#flows.set(name, flow);
    flow.live += 1;
    const lanes = [...this.#flows.values()].filter((each) => each.workload === lane).length;
    const request = { id, flow, cost: (tokens / priority) * lanes, finish: 0 };
    if (this.served === undefined) this.served = request;
    else {
      flow.line.push(request);
      this.#lead(flow);
    }
    return request;
  }

  finish(isServed: boolean): void {
    const { flow, cost } = this.served as Request;
    if (isServed) {
      flow.time += cost;
      this.#time = flow.time;
    }
    this.#lead(flow);
    // Array.prototype.sort is stable: ties are served in the order in which they became heads.
    this.#heads.sort((a, b) => a.finish - b.finish);
    this.served = this.#heads.shift();
    if (this.served !== undefined) this.served.flow.head = undefined;
    this.#leave(flow);
  }

  cancel(request: Request): void {
    const { flow } = request;
    if (flow.head === request) {
      this.#heads.splice(this.#heads.indexOf(request), 1);
      flow.head = undefined;
      this.#lead(flow);
    } else flow.line.splice(flow.line.indexOf(request), 1);
    this.#leave(flow);
  }

  #lead(flow: Flow): void {
    if (flow.head !== undefined) return;
    flow.head = flow.line.shift();
    if (flow.head === undefined) return;
    flow.head.finish = flow.time + flow.head.cost;
    this.#heads.push(flow.head);
  }

  #leave(flow: Flow): void {
    flow.live -= 1;
    if (flow.live === 0) this.#flows.delete(flow.name);
  }
}

const share = fc.record({
  workload: fc.constantFrom("a", "b", "c"),
  priority: fc.constantFrom(0.5, 1, 2, 4),
  fairness: fc.constantFrom("", "x", "y"),
});
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ share, tokens: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ cancel: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ isServed: fc.boolean() }) },
);

describe("FairQueue beside a model of the reference", () => {
  it("serves in the same order, whoever comes, leaves, and is served or not", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const model = new Model();
        const queue = new FairQueue<Entry>();
        const waiting = new Map<number, { readonly request: Request; readonly entry: Entry }>();
        let served: Entry | undefined;
        for (const [id, given] of steps.entries()) {
          if ("share" in given) {
            const { tokens } = given;
            const request = model.arrive(id, given.share, tokens);
            const links = { lane: undefined, lanes: 0, previous: undefined, next: undefined };
            const entry: Entry = { id, tokens, ...links };
            queue.arrive(entry, given.share);
            if (served === undefined) served = entry;
            else {
              queue.queue(entry);
              waiting.set(id, { request, entry });
            }
          } else if ("cancel" in given) {
            const victim = [...waiting.values()][given.cancel % (waiting.size || 1)];
            if (victim === undefined) continue;
            model.cancel(victim.request);
            queue.cancel(victim.entry);
            waiting.delete(victim.entry.id);
          } else if (served !== undefined) {
            model.finish(given.isServed);
            queue.finish(served, given.isServed);
            served = queue.next();
            if (served !== undefined) waiting.delete(served.id);
            expect(served?.id).to.equal(model.served?.id);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
