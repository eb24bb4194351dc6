import assert from "node:assert/strict";
import type { BucketSettings, StateBackend } from "../backend/backend.ts";

/** A fresh backend, and the way to let its time pass. */
export interface BackendUnderTest {
  readonly backend: StateBackend;
  /** Lets `ms` pass: moves a fake clock, or really waits. */
  advance(ms: number): void | Promise<void>;
  /** How far times may be off, for a backend with a clock of its own; 0 by default. */
  readonly toleranceMs?: number | undefined;
  /** Frees what was opened for the test. */
  close?(): Promise<void>;
}

// The runner's own: mocha, or any other that has these two globals. No runner is needed to load this file.
declare const describe: (title: string, body: () => void) => void;
declare const it: (title: string, body: () => Promise<void>) => void;

/**
 * The contract of {@link StateBackend} as a suite of tests. Every backend must pass it, so that policies mean the same
 * wherever their state is kept.
 *
 * @example
 * backendSuite("memory", () => {
 *   const clock = new FakeClock();
 *   return { backend: new MemoryBackend({ clock }), advance: (ms) => clock.advance(ms) };
 * });
 */
export function backendSuite(name: string, create: () => BackendUnderTest | Promise<BackendUnderTest>): void {
  const test = (title: string, body: (subject: BackendUnderTest) => Promise<void>) =>
    it(title, async () => {
      const subject = await create();
      try {
        await body(subject);
      } finally {
        await subject.backend.close();
        await subject.close?.();
      }
    });

  describe(`StateBackend: ${name}`, () => {
    describe("takeTokens", () => {
      for (const { title, settings, rows } of BUCKETS) test(title, (subject) => runRows(subject, settings, rows));
      test("keeps spaces and labels apart, whatever their text", keepsApart);
      test("grants a bucket's worth to many asks at once", grantsOnce);
    });
    describe("acquireSlots", () => {
      test("lends up to the limit and lends again what came back", lendsSlots);
      test("takes back a lease that was held for too long", expiresLeases);
      test("gives a lease back once, to its own label", releasesOnce);
    });
    describe("entries", () => {
      test("keeps, overwrites, deletes", keepsEntries);
      test("forgets an entry when its time is over", expiresEntries);
      test("keeps an empty value, and its own copy of any", copiesValues);
    });
  });
}

/** `[at ms, tokens asked, may wait ms, granted, remaining, wait ms]`, in the order of time. */
type Row = readonly [number, number, number, boolean, number, number];

interface BucketScript {
  readonly title: string;
  readonly settings: BucketSettings;
  readonly rows: readonly Row[];
}

const CONTINUOUS: BucketSettings = {
  capacity: 10,
  fillAmount: 5,
  fillIntervalMs: 1000,
  continuousFill: true,
  delayInitialFill: false,
  idleMs: 0,
};

/** The arithmetic, as every implementation of it must answer. */
const BUCKETS: readonly BucketScript[] = [
  {
    title: "fills continuously",
    settings: CONTINUOUS,
    rows: [
      [0, 10, 0, true, 0, 0],
      [0, 1, 0, false, 0, 200],
      [100, 1, 0, false, 0.5, 100],
      [200, 1, 0, true, 0, 0],
      [300, 2, 0, false, 0.5, 300],
      [2300, 10, 0, true, 0, 0],
    ],
  },
  {
    title: "fills in steps",
    settings: { ...CONTINUOUS, continuousFill: false, fillIntervalMs: 400 },
    rows: [
      [0, 10, 0, true, 0, 0],
      [100, 1, 0, false, 0, 300],
      [100, 6, 0, false, 0, 700],
      [500, 1, 0, true, 4, 0],
      [900, 9, 0, true, 0, 0],
    ],
  },
  {
    title: "puts the first fill off",
    settings: { ...CONTINUOUS, delayInitialFill: true, fillIntervalMs: 500 },
    rows: [
      [0, 1, 0, true, 9, 0],
      [300, 9, 0, true, 0, 0],
      [500, 1, 0, false, 0, 600],
      [1050, 0.5, 0, true, 0, 0],
    ],
  },
  {
    title: "puts the first step off, and it arrives at the end of the delay",
    settings: { ...CONTINUOUS, continuousFill: false, delayInitialFill: true, fillIntervalMs: 400 },
    rows: [
      [0, 10, 0, true, 0, 0],
      [500, 1, 0, false, 0, 300],
      [900, 5, 0, true, 0, 0],
      [1000, 1, 0, false, 0, 200],
    ],
  },
  {
    title: "goes into debt for those who may wait",
    settings: { ...CONTINUOUS, capacity: 2, fillAmount: 1 },
    rows: [
      [0, 2, 5000, true, 0, 0],
      [0, 1, 5000, true, -1, 1000],
      [0, 1, 5000, true, -2, 2000],
      [0, 1, 2500, false, -2, 3000],
      [0, 1, 0, false, -2, 3000],
      [0, 4, 6000, true, -6, 6000],
    ],
  },
  {
    title: "never fills without a fill amount",
    settings: { ...CONTINUOUS, capacity: 3, fillAmount: 0 },
    rows: [
      [0, 3, 0, true, 0, 0],
      [500, 1, 0, false, 0, 0],
      [500, 1, 5000, false, 0, 0],
    ],
  },
  {
    title: "promises no time to what can never fit",
    settings: CONTINUOUS,
    rows: [[0, 11, 0, false, 10, 0]],
  },
  {
    title: "takes back no more than its capacity",
    settings: CONTINUOUS,
    rows: [
      [0, 4, 0, true, 6, 0],
      [0, -1, 0, true, 7, 0],
      [0, -100, 0, true, 10, 0],
      [0, 0, 0, true, 10, 0],
    ],
  },
  {
    title: "starts full again after idling",
    settings: { ...CONTINUOUS, fillAmount: 0.001, idleMs: 600 },
    rows: [
      [0, 10, 0, true, 0, 0],
      [900, 10, 0, true, 0, 0],
    ],
  },
];

async function runRows(subject: BackendUnderTest, settings: BucketSettings, rows: readonly Row[]): Promise<void> {
  const toleranceMs = subject.toleranceMs ?? 0;
  // As much as flows in while the clock may be off.
  const tolerance = 1e-6 + (settings.fillAmount * toleranceMs) / settings.fillIntervalMs;
  let nowMs = 0;
  for (const [atMs, tokens, mayWaitMs, granted, remaining, waitMs] of rows) {
    if (atMs > nowMs) await subject.advance(atMs - nowMs);
    nowMs = atMs;
    const answer = await subject.backend.takeTokens("space", "bucket", { settings, tokens, mayWaitMs });
    const row = `${tokens} tokens at ${atMs} ms: ${JSON.stringify(answer)}`;
    assert.equal(answer.granted, granted, row);
    assert.ok(Math.abs(answer.remaining - remaining) <= tolerance, `${row}, expected ${remaining} remaining`);
    assert.ok(Math.abs(answer.waitMs - waitMs) <= 1e-6 + toleranceMs, `${row}, expected ${waitMs} ms`);
  }
}

const SLOTS = { slots: 1, limit: 2, maxHoldMs: 60_000, idleMs: 0 };

async function keepsApart({ backend }: BackendUnderTest): Promise<void> {
  const ask = { settings: { ...CONTINUOUS, fillAmount: 0 }, tokens: 10, mayWaitMs: 0 };
  const long = "x".repeat(10_000);
  for (const space of ["space", "other"]) {
    for (const label of [
      "",
      "a",
      "b",
      "__proto__",
      "constructor",
      long,
      `${long}y`,
      "ключ от всех дверей 🗝",
      "\ud800 half a pair",
    ]) {
      const [first, second] = [
        await backend.takeTokens(space, label, ask),
        await backend.takeTokens(space, label, ask),
      ];
      assert.deepEqual([first.granted, second.granted], [true, false], `${space} ${label.slice(0, 20)}`);
    }
  }
}

async function grantsOnce({ backend }: BackendUnderTest): Promise<void> {
  const settings = { ...CONTINUOUS, fillAmount: 0 };
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => backend.takeTokens("space", "many", { settings, tokens: 1, mayWaitMs: 0 })),
  );
  assert.equal(answers.filter(({ granted }) => granted).length, 10);
}

async function lendsSlots({ backend }: BackendUnderTest): Promise<void> {
  const first = await backend.acquireSlots("space", "slots", SLOTS);
  const second = await backend.acquireSlots("space", "slots", SLOTS);
  const third = await backend.acquireSlots("space", "slots", SLOTS);
  assert.ok(first.granted && second.granted);
  assert.notEqual(first.leaseId, second.leaseId);
  assert.deepEqual([first.inFlight, second.inFlight], [1, 2]);
  assert.deepEqual([third.granted, third.inFlight], [false, 2]);
  assert.equal(await backend.releaseSlots("space", "slots", first.leaseId), true);
  assert.equal((await backend.acquireSlots("space", "slots", SLOTS)).granted, true);
}

async function expiresLeases({ backend, advance }: BackendUnderTest): Promise<void> {
  const lease = await backend.acquireSlots("space", "slots", { ...SLOTS, limit: 1, maxHoldMs: 300 });
  assert.ok(lease.granted);
  await advance(600);
  assert.equal((await backend.acquireSlots("space", "slots", { ...SLOTS, limit: 1 })).granted, true);
  assert.equal(await backend.releaseSlots("space", "slots", lease.leaseId), false);
}

async function releasesOnce({ backend }: BackendUnderTest): Promise<void> {
  const lease = await backend.acquireSlots("space", "slots", { ...SLOTS, slots: 0.5 });
  assert.ok(lease.granted);
  assert.equal(await backend.releaseSlots("space", "other", lease.leaseId), false);
  assert.equal(await backend.releaseSlots("space", "slots", "made up"), false);
  assert.equal(await backend.releaseSlots("space", "slots", lease.leaseId), true);
  assert.equal(await backend.releaseSlots("space", "slots", lease.leaseId), false);
  assert.equal((await backend.acquireSlots("space", "slots", SLOTS)).inFlight, 1);
}

const bytes = (...values: number[]) => Uint8Array.from(values);

async function valuesOf(backend: StateBackend, ...keys: string[]): Promise<(number[] | undefined)[]> {
  return (await backend.getEntries(keys)).map((value) => (value === undefined ? undefined : [...value]));
}

async function keepsEntries({ backend }: BackendUnderTest): Promise<void> {
  await backend.setEntry("a", bytes(1), 60_000);
  await backend.setEntry("b", bytes(2, 0, 255), 60_000);
  await backend.setEntry("a", bytes(3), 60_000);
  assert.deepEqual(await valuesOf(backend, "a", "none", "b"), [[3], undefined, [2, 0, 255]]);
  await backend.deleteEntries(["a", "none"]);
  assert.deepEqual(await valuesOf(backend, "a", "b"), [undefined, [2, 0, 255]]);
}

async function expiresEntries({ backend, advance }: BackendUnderTest): Promise<void> {
  await backend.setEntry("short", bytes(1), 300);
  await backend.setEntry("long", bytes(2), 60_000);
  await advance(600);
  assert.deepEqual(await valuesOf(backend, "short", "long"), [undefined, [2]]);
}

async function copiesValues({ backend }: BackendUnderTest): Promise<void> {
  const value = bytes(7);
  await backend.setEntry("empty", bytes(), 60_000);
  await backend.setEntry("own", value, 60_000);
  value[0] = 8;
  assert.deepEqual(await valuesOf(backend, "empty", "own"), [[], [7]]);
}
