/** Time as the engine knows it: monotonic milliseconds. A test passes its own. */
export interface Clock {
  nowMs(): number;
  /** Settles after `ms`, or as soon as the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `run` once after `ms`; returns the function that cancels it. Does not keep the process alive. */
  after(ms: number, run: () => void): () => void;
  /** Calls `run` every `ms`; returns the function that stops it. Does not keep the process alive. */
  every(ms: number, run: () => void): () => void;
}
