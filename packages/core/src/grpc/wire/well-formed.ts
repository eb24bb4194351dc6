const HALF_PAIR = /\p{Surrogate}/u;
const HALF_PAIRS = /\p{Surrogate}/gu;

/**
 * Text without halves of surrogate pairs. They have no UTF-8, and an agent refuses a message that holds one: whoever can
 * choose a label's value could make every check of his fail open.
 */
export function wellFormed(text: string): string {
  return HALF_PAIR.test(text) ? text.replace(HALF_PAIRS, "\ufffd") : text;
}
