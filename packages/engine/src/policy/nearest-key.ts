import { nearestName } from "@aperture-flow/core";

/** Shorter beginnings are beginnings of too much. */
const LEAST_BEGINNING = 5;

/**
 * Of the keys that are known somewhere, the one that an unknown key was probably meant to be. `place.key` stands for a key
 * that is known in another place; that is offered only if no key is near in the right one.
 */
export function nearestKey(key: string, known: readonly string[]): string | undefined {
  const here = known.filter((each) => !each.includes("."));
  const nearest = nearestOf(key, here);
  if (nearest !== undefined) return nearest;
  const elsewhere = known.filter((each) => each.includes("."));
  const last = nearestOf(key, elsewhere.map(lastStep));
  return last === undefined ? undefined : elsewhere.find((each) => lastStep(each) === last);
}

/** Misspelt, in camel case, or the beginning of a longer one. */
function nearestOf(key: string, known: readonly string[]): string | undefined {
  const nearest = nearestName(key, known) ?? known.find((each) => letters(each) === letters(key));
  if (nearest !== undefined || key.length < LEAST_BEGINNING) return nearest;
  return known.find((each) => each.startsWith(`${key}_`) || key.startsWith(`${each}_`));
}

function letters(key: string): string {
  return key.replaceAll(/[-_]/g, "").toLowerCase();
}

function lastStep(key: string): string {
  return key.slice(key.lastIndexOf(".") + 1);
}
