import type { FlowControl } from "@aperture-flow/core";
import { createEngine } from "@aperture-flow/engine";
import { type Candidate, compare, type Result } from "./compare.ts";
import { type Comparison, smoothed } from "./comparison.ts";
import { cpuMicroseconds } from "./cpu.ts";
import { amount, type Effort, rounds } from "./effort.ts";
import { perUser } from "./policies.ts";

const ROUNDS = 60;
/** So many of them make a sample. */
const ROUNDS_OF_A_SAMPLE = 5;
const CHECKS = 10_000;
const CONTROL_POINT = "api";
const REQUEST = { controlPoint: CONTROL_POINT, labels: { user: "alice" }, rampMode: false, expectEnd: true };

export const ELSEWHERE: readonly number[] = [0, 100, 1000, 10_000];
export const AT_ONE_POINT: readonly number[] = [1, 10, 30, 100];
export const ELSEWHERE_GROUP = "A check with one policy, by the number of policies on other control points";
export const AT_ONE_POINT_GROUP = "A check, by the number of policies on its control point";

/** Of each of 100 policies, how much of a check with one may be: decisions are made one by one, the rest once. */
const GENTLE = 100;

interface PolicySet {
  readonly name: string;
  readonly policies: readonly object[];
}

/** What a check costs as policies are added: nothing where they are about others, evenly where they are about it. */
export async function growth(effort: Effort): Promise<readonly Comparison[]> {
  const few = (count: number): number => (effort.quick ? Math.min(count, 100) : count);
  const elsewhere = ELSEWHERE.map((count) => ({
    name: `${counted(count)} elsewhere`,
    policies: [
      perUser("own", CONTROL_POINT),
      ...many(few(count), (index) => perUser(`other-${index}`, `other-${index}`)),
    ],
  }));
  const atOnePoint = AT_ONE_POINT.map((count) => ({
    name: counted(count),
    policies: many(count, (index) => perUser(`own-${index}`, CONTROL_POINT)),
  }));
  return [
    {
      group: ELSEWHERE_GROUP,
      title: "CPU",
      unit: "ns",
      results: await measured(elsewhere, "policies elsewhere", effort),
      targets: [{ kind: "must", candidate: "10,000 elsewhere", bound: "at most", limit: 1.2, times: ["0 elsewhere"] }],
    },
    {
      group: AT_ONE_POINT_GROUP,
      title: "CPU",
      unit: "ns",
      results: await measured(atOnePoint, "policies at one point", effort),
      targets: [{ kind: "must", candidate: "100", bound: "at most", limit: GENTLE, times: ["1"] }],
    },
  ];
}

function counted(policies: number): string {
  return policies.toLocaleString("en");
}

function many(count: number, make: (index: number) => object): readonly object[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

async function measured(sets: readonly PolicySet[], title: string, effort: Effort): Promise<readonly Result[]> {
  const candidates: Candidate[] = [];
  for (const { name, policies } of sets) {
    const engine = await createEngine({ policies });
    candidates.push({ name, round: () => costOf(engine, amount(CHECKS, effort)) });
  }
  return smoothed(await compare(candidates, rounds(ROUNDS, title, effort)), ROUNDS_OF_A_SAMPLE);
}

/** CPU nanoseconds of a check. */
async function costOf(engine: FlowControl, checks: number): Promise<number> {
  const cost = await cpuMicroseconds(checks, async () => {
    for (let left = checks; left > 0; left -= 1) {
      const answer = engine.check(REQUEST);
      if (answer instanceof Promise) await answer;
    }
  });
  return 1000 * cost;
}
