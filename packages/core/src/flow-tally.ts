import type { FailOpenReason } from "./contract/errors.ts";

/** How many flows there were, and what became of them. */
export interface FlowCounts {
  readonly accepted: number;
  readonly rejected: number;
  /** Flows for which nobody could decide, by reason, whether they ran or not. */
  readonly unreachable: Readonly<Partial<Record<FailOpenReason, number>>>;
  /** Flows that were started and have not ended. */
  readonly open: number;
}

/** Counts the flows of a client. */
export class FlowTally {
  readonly #unreachable: Partial<Record<FailOpenReason, number>> = {};
  #accepted = 0;
  #rejected = 0;
  #open = 0;
  #lastEnded: (() => void) | undefined;

  decided(accepted: boolean): void {
    if (accepted) this.#accepted += 1;
    else this.#rejected += 1;
    this.#open += 1;
  }

  undecided(reason: FailOpenReason): void {
    this.#unreachable[reason] = (this.#unreachable[reason] ?? 0) + 1;
    this.#open += 1;
  }

  ended(): void {
    this.#open -= 1;
    if (this.#open === 0) this.#lastEnded?.();
  }

  get counts(): FlowCounts {
    return {
      accepted: this.#accepted,
      rejected: this.#rejected,
      unreachable: { ...this.#unreachable },
      open: this.#open,
    };
  }

  /** Resolves when no flow is open; asked for once. */
  allEnded(): Promise<void> {
    if (this.#open === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#lastEnded = resolve;
    });
  }
}
