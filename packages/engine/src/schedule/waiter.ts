import type { QueueEntry } from "../arithmetic/fair-queue.ts";
import type { HeapEntry } from "../arithmetic/heap.ts";
import type { Granted } from "./token-source.ts";

/** Why a flow that queued was not admitted. */
export type QueueFailure = "no-tokens" | "timeout" | "cancelled" | "queue-full";

/** What became of a flow that asked a scheduler. */
export type Admittance =
  | {
      readonly admitted: true;
      readonly granted: Granted;
      /**
       * Tokens of flows that were ahead of this one on arrival and were overtaken; below 0, tokens of later flows that
       * overtook it.
       */
      readonly overtakenTokens: number;
      /** Why the source could not be asked: the flow was let through without tokens. */
      readonly error?: unknown;
    }
  | {
      readonly admitted: false;
      readonly why: QueueFailure;
      /** When the tokens would be there; 0 where nobody can say. */
      readonly waitMs: number;
    };

/** One flow in a scheduler's queue: an entry of the queue and of the deadlines itself, since each object more costs memory. */
export interface Waiter extends QueueEntry<Waiter>, HeapEntry {
  /** Tokens that the queue will have admitted when its turn comes, if nobody overtakes anybody and all stay. */
  readonly turn: number;
  /** Undefined once the flow was told what became of it. */
  settle: ((admittance: Admittance) => void) | undefined;
  /** Where it waits with a signal. */
  stopListening: (() => void) | undefined;
}
