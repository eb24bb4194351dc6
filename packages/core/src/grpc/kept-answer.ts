import type { CheckResponse } from "../contract/check.ts";
import type { WireAnswer } from "./answer-bytes.ts";

/** A constructor that returns what it was given: classes below it put their private fields on that. */
class Bearer {
  constructor(response: CheckResponse) {
    // A constructor may return any object, which its type cannot say.
    // biome-ignore lint/correctness/noConstructorReturn: that is what it is for
    return response as unknown as Bearer;
  }
}

/**
 * What the agent answered, kept on the response that was made of it, where nobody else sees it.
 *
 * A private field and not a `WeakMap`: to find out which of the many short-lived responses are still alive, the collector
 * took 3 % of a busy client's time.
 */
export class KeptAnswer extends Bearer {
  readonly #answer: WireAnswer;

  private constructor(response: CheckResponse, answer: WireAnswer) {
    super(response);
    this.#answer = answer;
  }

  /** Once for each response. */
  static keep(response: CheckResponse, answer: WireAnswer): void {
    new KeptAnswer(response, answer);
  }

  /** Undefined for a response that was not made of an agent's answer. */
  static of(response: CheckResponse): WireAnswer | undefined {
    return #answer in response ? response.#answer : undefined;
  }
}
