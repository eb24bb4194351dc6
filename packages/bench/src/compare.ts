/** One of those that do the same work. */
export interface Candidate<Cost = number> {
  readonly name: string;
  /** Does the work of one round and returns what it cost. */
  readonly round: () => Cost | Promise<Cost>;
}

/** What one candidate cost, round by round. */
export interface Result<Cost = number> {
  readonly name: string;
  readonly samples: readonly Cost[];
}

export interface Rounds {
  readonly count: number;
  /** Rounds before the first that counts, in which code is compiled and memory is fetched. */
  readonly warmUp: number;
  /** Called before each round; warm-ups are below 0. */
  readonly progress: (round: number) => void;
}

/**
 * Lets the candidates take turns: A B C, B C A, C A B and so on. What the machine does meanwhile hits all of them alike,
 * and none is always the one that runs behind the same other.
 *
 * Not one candidate after the other, each with all its rounds: a machine that becomes slower half-way would then decide.
 */
export async function compare<Cost>(
  candidates: readonly Candidate<Cost>[],
  { count, warmUp, progress }: Rounds,
): Promise<readonly Result<Cost>[]> {
  const samples = candidates.map((): Cost[] => []);
  for (let round = -warmUp; round < count; round += 1) {
    progress(round);
    for (let turn = 0; turn < candidates.length; turn += 1) {
      const index = (turn + round + warmUp) % candidates.length;
      const cost = await (candidates[index] as Candidate<Cost>).round();
      if (round >= 0) samples[index]?.push(cost);
    }
  }
  return candidates.map(({ name }, index) => ({ name, samples: samples[index] ?? [] }));
}

/** One figure of costs that have several. */
export function figure<Cost>(results: readonly Result<Cost>[], of: (cost: Cost) => number): readonly Result[] {
  return results.map(({ name, samples }) => ({ name, samples: samples.map(of) }));
}
