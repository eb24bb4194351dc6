import { expect } from "chai";

/** What each program prints as the last line of its output, in JSON. */
export interface ProgramAnswer {
  /** Flows that it started; all of them it ended and reported. */
  readonly flows: number;
  /** Whether the two flows ran that a limit of one met. */
  readonly limited: readonly boolean[];
  /** Status and wait of the one that did not. */
  readonly status: number;
  readonly retryAfterMs: number;
  /** Three flows at a point with one place: one that holds it, one meanwhile, one after it ended. */
  readonly placed: readonly boolean[];
  /** What a result cache said before and after it was written, and what it held. */
  readonly cached: readonly string[];
  /** Whether a flow that had to queue ran, and for how long it did. */
  readonly queued: boolean;
  readonly waitedMs: number;
}

export interface Finding {
  readonly what: string;
  /** Undefined where all is well. */
  readonly trouble: string | undefined;
}

/** What is right and wrong with the answer of a program, and with what the service heard of it. */
export function findings(answer: ProgramAnswer, reported: number): readonly Finding[] {
  return [
    finding("start and reject", () => {
      expect(answer.limited).to.deep.equal([true, false]);
      expect(answer.status).to.equal(429);
      expect(answer.retryAfterMs).to.be.within(1, 60_000);
    }),
    finding("end", () => expect(answer.placed).to.deep.equal([true, false, true])),
    finding("cache", () => expect(answer.cached).to.deep.equal(["MISS", "HIT", "hello"])),
    finding("queue", () => {
      expect(answer.queued).to.equal(true);
      expect(answer.waitedMs).to.be.within(100, 5000);
    }),
    finding("telemetry", () => expect(reported).to.equal(answer.flows)),
  ];
}

function finding(what: string, check: () => void): Finding {
  try {
    check();
    return { what, trouble: undefined };
  } catch (error) {
    return { what, trouble: error instanceof Error ? error.message : String(error) };
  }
}
