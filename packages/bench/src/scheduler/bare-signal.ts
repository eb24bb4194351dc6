/**
 * As much of an `AbortSignal` as is listened to. Node's own costs a multiple of what is measured with it, and is made by the
 * caller.
 */
export class BareSignal {
  aborted = false;
  #listener: (() => void) | undefined;

  addEventListener(_type: "abort", listener: () => void): void {
    this.#listener = listener;
  }

  removeEventListener(): void {
    this.#listener = undefined;
  }

  abort(): void {
    this.aborted = true;
    this.#listener?.();
  }
}
