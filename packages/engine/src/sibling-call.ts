import type { CallOptions } from "@aperture-flow/core";

/**
 * The call of a flow as the limiters of one stage see it: a drop by one of them ends the wait of the others, so that a
 * flow which is lost already is not queued. The signal is made when a limiter waits, and not before.
 */
export class SiblingCall implements CallOptions {
  readonly #call: CallOptions;
  #aborted = false;
  #controller: AbortController | undefined;
  #signal: AbortSignal | undefined;

  constructor(call: CallOptions) {
    this.#call = call;
  }

  get timeoutMs(): number | undefined {
    return this.#call.timeoutMs;
  }

  get signal(): AbortSignal {
    if (this.#signal !== undefined) return this.#signal;
    this.#controller = new AbortController();
    if (this.#aborted) this.#controller.abort();
    const { signal } = this.#call;
    this.#signal = signal === undefined ? this.#controller.signal : AbortSignal.any([signal, this.#controller.signal]);
    return this.#signal;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }
}
