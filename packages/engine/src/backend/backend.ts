import type { Awaitable } from "@aperture-flow/core";
import type { SlotAsk } from "../arithmetic/slots.ts";
import type { BucketAnswer, BucketAsk } from "../arithmetic/token-bucket.ts";

export type { SlotAsk } from "../arithmetic/slots.ts";
export type { BucketAnswer, BucketAsk, BucketSettings } from "../arithmetic/token-bucket.ts";

/**
 * Where limiters keep what they know. Each operation is one atomic step; memory answers at once, a shared store with a
 * promise. State is found by `space`, which belongs to one component of one version of a policy, and within it by `label`,
 * which may be any text. They are two arguments because putting them together for each flow costs more than the step.
 */
export interface StateBackend {
  takeTokens(space: string, label: string, ask: BucketAsk): Awaitable<BucketAnswer>;
  acquireSlots(space: string, label: string, ask: SlotAsk): Awaitable<SlotAnswer>;
  /** False when the lease was unknown, expired or given back before. */
  releaseSlots(space: string, label: string, leaseId: string): Awaitable<boolean>;
  getEntries(keys: readonly string[]): Awaitable<readonly (Uint8Array | undefined)[]>;
  setEntry(key: string, value: Uint8Array, ttlMs: number): Awaitable<void>;
  deleteEntries(keys: readonly string[]): Awaitable<void>;
  close(): Promise<void>;
}

/** Whether a lease was granted, and how many slots are held now. */
export type SlotAnswer =
  | { readonly granted: true; readonly leaseId: string; readonly inFlight: number }
  | {
      readonly granted: false;
      readonly inFlight: number;
      /** When a lease has run out at the latest; `Infinity` where none is held. Some may be given back before. */
      readonly waitMs: number;
    };
