import { ApertureClient, type FlowControl } from "@aperture-flow/core";
import { createEngine, MemoryBackend, systemClock } from "@aperture-flow/engine";
import { MemoryStore, type Options } from "express-rate-limit";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { perUser, UNLIMITED } from "../policies.ts";
import { fastifyStore } from "./fastify-store.ts";
import { objectBuckets, packedBuckets, promisedBuckets } from "./floors.ts";

/** Decides on one flow of `key`, at once or with a promise. */
export type Decide = (key: string) => unknown;

/** So long that nothing expires while it is measured. */
const WINDOW_MS = 3_600_000;
/** Nobody forgets a key: a store that does has less to look through. */
const MOST_KEYS = 2_500_000;
const CONTROL_POINT = "api";

/** All that decide alone, without a framework around them, each in the configuration that costs it the least. */
export const DECIDERS: Readonly<Record<string, () => Decide | Promise<Decide>>> = {
  "floor: objects in a Map": objectBuckets,
  "floor: typed array": packedBuckets,
  "floor: objects, promised": promisedBuckets,
  "@fastify/rate-limit store": () => {
    const store = fastifyStore(MOST_KEYS);
    return (key) => store.incr(key, ignore, WINDOW_MS, UNLIMITED);
  },
  "express-rate-limit store": () => {
    const store = new MemoryStore();
    store.init({ windowMs: WINDOW_MS } as Options);
    return (key) => store.increment(key);
  },
  "rate-limiter-flexible": () => {
    const limiter = new RateLimiterMemory({ points: UNLIMITED, duration: WINDOW_MS / 1000 });
    return (key) => limiter.consume(key);
  },
  "our bucket step": () => {
    const backend = new MemoryBackend({ clock: systemClock(), maxKeys: MOST_KEYS });
    return (key) => backend.takeTokens("bench", key, ASK);
  },
  "our engine.check": async () => {
    const engine = await engineOfOne();
    return (key) =>
      engine.check({ controlPoint: CONTROL_POINT, labels: { user: key }, rampMode: false, expectEnd: true });
  },
};

/** Whole flows: without anybody who takes their records, and with. */
export const FLOWS = {
  plain: async () => flows(await engineOfOne()),
  recorded: async () => flows(recording(await engineOfOne())),
};

export const ASK = {
  settings: {
    capacity: UNLIMITED,
    fillAmount: UNLIMITED,
    fillIntervalMs: WINDOW_MS,
    continuousFill: true,
    delayInitialFill: false,
    idleMs: 0,
  },
  tokens: 1,
  mayWaitMs: 0,
};

function engineOfOne(): Promise<FlowControl> {
  const backend = new MemoryBackend({ maxKeys: MOST_KEYS });
  return createEngine({ policies: perUser("per-user", CONTROL_POINT), backend });
}

/** All that an application does for one piece of work: start, ask, end. */
function flows(control: FlowControl): Decide {
  const client = new ApertureClient({ control });
  return async (user) => {
    const flow = await client.startFlow(CONTROL_POINT, { labels: { user } });
    if (flow.shouldRun()) void flow.end();
  };
}

/** The same control, and somebody who takes what each flow leaves behind. */
function recording(control: FlowControl): FlowControl {
  return {
    check: (request, call) => control.check(request, call),
    checkHttp: (request, call) => control.checkHttp(request, call),
    end: (request, call) => control.end(request, call),
    cacheLookup: (request, call) => control.cacheLookup(request, call),
    cacheUpsert: (request, call) => control.cacheUpsert(request, call),
    cacheDelete: (request, call) => control.cacheDelete(request, call),
    recordFlow: ignore,
    close: () => control.close(),
  };
}

function ignore(): void {}
