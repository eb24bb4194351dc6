import type { Awaitable, Lease, Tokens } from "@aperture-flow/core";

/** Where a scheduler gets tokens from, for each label on its own: a bucket, the slots of a concurrency limit, or a load. */
export interface TokenSource {
  /** Told of every arrival before it queues; true lets it through without tokens. */
  arrive(tokens: number): boolean;
  /** How long nobody could get so many tokens, however full the source is; `Infinity` where nobody ever can. */
  leastWaitMs(tokens: number): number;
  /** Takes tokens now, or with the promise that they may be used after a wait of up to `mayWaitMs`. */
  take(label: string, tokens: number, mayWaitMs: number): Awaitable<Grant>;
  /** Undoes a grant whose tokens were not used. */
  giveBack(label: string, granted: Granted): Awaitable<void>;
  /** Takes a lease back when its flow has ended; false when it was unknown, expired or given back before. */
  release?(label: string, leaseId: string): Awaitable<boolean>;
}

export type Grant = Granted | NotGranted;

export interface Granted {
  readonly granted: true;
  readonly tokens: Tokens;
  /** Above 0: the tokens are promised, and may be used that much later. */
  readonly waitMs: number;
  readonly lease?: Lease | undefined;
}

export interface NotGranted {
  readonly granted: false;
  readonly tokens: Tokens;
  /** When to ask again at the latest; undefined where the tokens will not come in the time that was allowed. */
  readonly retryMs: number | undefined;
  /** When the tokens would be there; 0 where nobody can say. */
  readonly waitMs: number;
}
