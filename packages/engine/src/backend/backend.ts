import type { Awaitable } from "@aperture-flow/core";

/**
 * Where limiters keep what they know of a key. Each operation is one atomic step; memory answers at once, a shared store
 * with a promise. Keys are built by the limiters from policy, component and label, so one backend serves all of them.
 */
export interface StateBackend {
  takeTokens(key: string, ask: BucketAsk): Awaitable<BucketAnswer>;
  acquireSlots(key: string, ask: SlotAsk): Awaitable<SlotAnswer>;
  /** False when the lease was unknown, expired or given back before. */
  releaseSlots(key: string, leaseId: string): Awaitable<boolean>;
  getEntries(keys: readonly string[]): Awaitable<readonly (Uint8Array | undefined)[]>;
  setEntry(key: string, value: Uint8Array, ttlMs: number): Awaitable<void>;
  deleteEntries(keys: readonly string[]): Awaitable<void>;
  close(): Promise<void>;
}

/** What does not change from one take to the next. */
export interface BucketSettings {
  readonly capacity: number;
  readonly fillAmount: number;
  readonly fillIntervalMs: number;
  /** True: tokens drip in evenly. False: `fillAmount` arrives at the end of each whole interval. */
  readonly continuousFill: boolean;
  /** A full bucket starts to fill only after the time that filling it whole would take. */
  readonly delayInitialFill: boolean;
  /** A bucket nobody asked for this long is forgotten, and starts full; 0 for never. */
  readonly idleMs: number;
}

export interface BucketAsk {
  readonly settings: BucketSettings;
  /** Finite; negative gives tokens back. */
  readonly tokens: number;
  /** How far into debt a take may go, as waiting time; 0 grants only what is there. */
  readonly mayWaitMs: number;
}

export interface BucketAnswer {
  readonly granted: boolean;
  readonly remaining: number;
  /** Granted: how long to wait before the tokens may be used. Not granted: when this ask would fit; 0 where never. */
  readonly waitMs: number;
}

export interface SlotAsk {
  readonly slots: number;
  readonly limit: number;
  /** A lease not given back within this time is treated as given back. */
  readonly maxHoldMs: number;
  readonly idleMs: number;
}

export type SlotAnswer =
  | { readonly granted: true; readonly leaseId: string; readonly inFlight: number }
  | { readonly granted: false; readonly inFlight: number; readonly waitMs: number };
