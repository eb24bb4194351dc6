import type { Result } from "../compare.ts";
import type { Effort } from "../effort.ts";

/** What the compiler comes to make of a program differs from process to process, by more than what we want to see. */
const GENERATIONS = 5;

/** Lets several generations of processes do the same, and puts what they found together. */
export async function generations<Cost>(
  title: string,
  effort: Effort,
  generation: (title: string) => Promise<readonly Result<Cost>[]>,
): Promise<readonly Result<Cost>[]> {
  const found: (readonly Result<Cost>[])[] = [];
  const count = effort.quick ? 1 : GENERATIONS;
  for (let each = 1; each <= count; each += 1) {
    found.push(await generation(`${title}, processes ${each} of ${count}`));
  }
  const [first = []] = found;
  return first.map(({ name }, index) => ({ name, samples: found.flatMap((results) => results[index]?.samples ?? []) }));
}
