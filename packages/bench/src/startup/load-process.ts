// Whoever serves HTTP has loaded these anyway.
import "node:http";
import "node:net";
import { setTimeout as rest } from "node:timers/promises";
import { answer } from "../own-process.ts";
import { LOADS } from "./loads.ts";

/** Garbage and compilation that earlier modules leave behind would be counted as the cost of what comes after them. */
const REST_MS = 100;

/** Loads what its name stands for, and returns the milliseconds that it took. */
answer(async (name: string): Promise<number> => {
  const found = LOADS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`nothing to load is called ${name}`);
  for (const module of found.after) await import(module);
  await rest(REST_MS);
  const beganMs = performance.now();
  await found.load();
  return performance.now() - beganMs;
});
