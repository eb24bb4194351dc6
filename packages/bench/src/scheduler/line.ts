/** Those who wait for their turn. */
export interface Line {
  /** One more comes to wait. */
  readonly enter: () => void;
  /** One more comes and another one goes, so that as many wait as before. */
  readonly turn: () => void;
}

/** Makes a line in which so many will wait. */
export type MakeLine = (waiting: number) => Line;

/** No deadline is reached while it is measured. */
const SHORTEST_MS = 600_000;
const SPREAD_MS = 600_000;

/** How long each of those who come may wait: no order, and the same for all candidates. */
export function timeouts(): () => number {
  const random = shares();
  // Made beforehand, since to make them costs as much as the least of what is measured.
  const drawn = Int32Array.from({ length: 4096 }, () => SHORTEST_MS + Math.floor(random() * SPREAD_MS));
  let next = 0;
  return () => {
    next = (next + 1) % drawn.length;
    return drawn[next] as number;
  };
}

/** From 0 up to 1, by a generator with a fixed seed. */
export function shares(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
