import { expect } from "chai";
import fc from "fast-check";
import { FairQueue, type QueueEntry } from "../../src/arithmetic/fair-queue.ts";

const share = (workload: string, priority: number, parts: { tokens?: number; fairness?: string } = {}) => ({
  workload,
  priority,
  tokens: parts.tokens ?? 1,
  fairness: parts.fairness ?? "",
});

interface Entry<T> extends QueueEntry<Entry<T>> {
  readonly value: T;
}

function arrived<T>(queue: FairQueue<Entry<T>>, value: T, given: ReturnType<typeof share>): Entry<T> {
  const entry: Entry<T> = {
    value,
    tokens: given.tokens,
    lane: undefined,
    lanes: 0,
    previous: undefined,
    next: undefined,
  };
  queue.arrive(entry, given);
  return entry;
}

function queued<T>(queue: FairQueue<Entry<T>>, value: T, given: ReturnType<typeof share>): Entry<T> {
  const entry = arrived(queue, value, given);
  queue.queue(entry);
  return entry;
}

/** Serves everything that waits. */
function drain(queue: FairQueue<Entry<string>>): string[] {
  const served: string[] = [];
  for (let entry = queue.next(); entry !== undefined; entry = queue.next()) {
    served.push(entry.value);
    queue.finish(entry, true);
  }
  return served;
}

function serveNext(queue: FairQueue<Entry<string>>): string | undefined {
  const entry = queue.next();
  if (entry !== undefined) queue.finish(entry, true);
  return entry?.value;
}

describe("FairQueue", () => {
  it("serves the higher priority first and charges each lane what it took (T70)", () => {
    const queue = new FairQueue<Entry<string>>();
    const opening = arrived(queue, "A0", share("A", 1));
    for (const name of ["A1", "A2"]) queued(queue, name, share("A", 1));
    for (const name of ["B1", "B2", "B3"]) queued(queue, name, share("B", 4));
    queue.finish(opening, true);
    expect(drain(queue)).to.deep.equal(["B1", "B2", "B3", "A1", "A2"]);
  });

  it("gives priorities 1, 2 and 4 exactly 10, 20 and 40 of 70 turns", () => {
    const queue = new FairQueue<Entry<string>>();
    for (let round = 0; round < 100; round += 1) {
      for (const priority of [1, 2, 4]) queued(queue, String(priority), share(`p${priority}`, priority));
    }
    const served = { "1": 0, "2": 0, "4": 0 };
    for (let turn = 0; turn < 70; turn += 1) {
      const entry = queue.next() as Entry<string>;
      served[entry.value as keyof typeof served] += 1;
      queue.finish(entry, true);
    }
    expect(served).to.deep.equal({ "1": 10, "2": 20, "4": 40 });
  });

  it("lets the values of a fairness label take turns, so that one cannot crowd out the other (T72)", () => {
    const queue = new FairQueue<Entry<string>>();
    for (let index = 0; index < 10; index += 1) queued(queue, "loud", share("w", 1, { fairness: "user1" }));
    queued(queue, "quiet", share("w", 1, { fairness: "user2" }));
    expect(drain(queue).indexOf("quiet")).to.be.at.most(2);
  });

  it("keeps the order of arrival within a lane (T74)", () => {
    const queue = new FairQueue<Entry<string>>();
    const names = ["a", "b", "c", "d"];
    for (const name of names) queued(queue, name, share("w", 1));
    expect(drain(queue)).to.deep.equal(names);
  });

  it("lets the next of a lane lead when its head leaves (T75)", () => {
    const queue = new FairQueue<Entry<string>>();
    const head = queued(queue, "head", share("w", 1));
    queued(queue, "second", share("w", 1));
    const third = queued(queue, "third", share("w", 1));
    queue.cancel(head);
    queue.cancel(third);
    expect(queue.waiting).to.equal(1);
    expect(drain(queue)).to.deep.equal(["second"]);
  });

  it("does not charge a lane for what was not served", () => {
    const queue = new FairQueue<Entry<string>>();
    const refused = arrived(queue, "refused", share("A", 1, { tokens: 1000 }));
    queued(queue, "A", share("A", 1));
    queued(queue, "B", share("B", 1, { tokens: 2 }));
    queue.finish(refused, false);
    expect(drain(queue)).to.deep.equal(["A", "B"]);
  });

  it("starts again at time 0 when everybody has left (T76)", () => {
    const queue = new FairQueue<Entry<string>>();
    queued(queue, "x", share("old", 1, { tokens: 1e9 }));
    drain(queue);
    queued(queue, "late", share("new", 1, { tokens: 2 }));
    queued(queue, "early", share("old", 1));
    expect(drain(queue)).to.deep.equal(["early", "late"]);
  });

  it("starts a workload that comes back at the time of the queue, as if it were new", () => {
    const queue = new FairQueue<Entry<string>>();
    queued(queue, "back", share("gone", 1));
    for (let index = 0; index < 5; index += 1) queued(queue, `other ${index}`, share("other", 1));
    expect(["back", "other 0"].map(() => serveNext(queue))).to.deep.equal(["back", "other 0"]);
    serveNext(queue);
    queued(queue, "back again", share("gone", 1));
    expect(drain(queue)).to.deep.equal(["other 2", "back again", "other 3", "other 4"]);
  });

  it("keeps its order when more workloads have come and gone than it keeps", () => {
    const queue = new FairQueue<Entry<string>>();
    queued(queue, "patient", share("patient", 0.001));
    for (let index = 0; index < 100; index += 1) {
      queued(queue, `w${index}`, share(`w${index}`, 1 + (index % 3)));
      expect(serveNext(queue)).to.equal(`w${index}`);
    }
    for (const index of [3, 50, 99]) queued(queue, `w${index} again`, share(`w${index}`, 1 + (index % 3)));
    expect(drain(queue)).to.deep.equal(["w50 again", "w3 again", "w99 again", "patient"]);
  });

  it("keeps backlogged shares within 5 % of their weights, and Jain's index at 0.98 and more, over long runs", () => {
    const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 5 }), (given, tokens) => {
        const queue = new FairQueue<Entry<number>>();
        const refill = (index: number) =>
          queued(queue, index, share(`w${index}`, given[index] ?? 1, { tokens: 1 + ((index + tokens) % 5) }));
        given.forEach((_, index) => {
          for (let depth = 0; depth < 3; depth += 1) refill(index);
        });
        const taken = given.map(() => 0);
        for (let turn = 0; turn < 5000; turn += 1) {
          const entry = queue.next() as Entry<number>;
          taken[entry.value] = (taken[entry.value] ?? 0) + 1 + ((entry.value + tokens) % 5);
          refill(entry.value);
          queue.finish(entry, true);
        }
        const total = taken.reduce((sum, one) => sum + one, 0);
        const weight = given.reduce((sum, one) => sum + one, 0);
        const relative = taken.map((one, index) => one / total / ((given[index] ?? 1) / weight));
        for (const value of relative) expect(value).to.be.within(0.95, 1.05);
        const sum = relative.reduce((all, one) => all + one, 0);
        const squares = relative.reduce((all, one) => all + one * one, 0);
        expect((sum * sum) / (relative.length * squares)).to.be.at.least(0.98);
      }),
      { numRuns: 30 },
    );
  });

  it("leaves nothing behind, whoever is served or leaves", () => {
    const steps = fc.array(fc.record({ lane: fc.nat(3), action: fc.nat(3) }), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (given) => {
        const queue = new FairQueue<Entry<number>>();
        let waiting: Entry<number>[] = [];
        for (const [index, { lane, action }] of given.entries()) {
          if (action <= 1) {
            waiting.push(queued(queue, index, share(`w${lane % 2}`, 1, { fairness: String(lane) })));
          } else if (action === 2) {
            const victim = waiting[index % (waiting.length || 1)];
            if (victim !== undefined) queue.cancel(victim);
            waiting = waiting.filter((one) => one !== victim);
          } else {
            const entry = queue.next();
            waiting = waiting.filter((one) => one !== entry);
            if (entry !== undefined) queue.finish(entry, index % 2 === 0);
          }
          expect(queue.waiting).to.equal(waiting.length);
        }
        const left = new Set(waiting);
        for (let entry = queue.next(); entry !== undefined; entry = queue.next()) {
          expect(left.delete(entry)).to.equal(true);
          queue.finish(entry, true);
        }
        expect(left.size).to.equal(0);
      }),
    );
  });
});
