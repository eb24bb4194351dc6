import { compare, type Result } from "../compare.ts";
import { cpuMicroseconds } from "../cpu.ts";
import { amount, type Effort, rounds } from "../effort.ts";
import { answer } from "../own-process.ts";
import type { Contender } from "./contender.ts";
import { FRAMEWORKS } from "./frameworks.ts";
import { type Handle, LightConnection } from "./light-exchange.ts";

/** What was measured of one framework without a socket: CPU microseconds of a request. */
export interface InProcess {
  readonly middleware: readonly Result[];
  readonly framework: readonly Result[];
}

const ROUNDS = 120;
const REQUESTS = 1000;

const [framework = ""] = process.argv.slice(2);
const contenders = await (FRAMEWORKS[framework] as (typeof FRAMEWORKS)[string])();

answer(async (effort: Effort): Promise<InProcess> => {
  for (const contender of contenders) await assertAnswer(contender);
  const alone = contenders.flatMap(({ name, middleware }) =>
    middleware === undefined ? [] : { name, handle: middleware },
  );
  const whole = contenders.map(({ name, application }) => ({ name, handle: application }));
  return {
    middleware: await compareHandles("middleware alone", alone, effort),
    framework: await compareHandles("whole request", whole, effort),
  };
});

/** The first request uses up the only token of those that refuse. */
async function assertAnswer({ name, application, status }: Contender): Promise<void> {
  const connection = new LightConnection();
  await connection.exchange(application);
  const answered = await connection.exchange(application);
  if (answered !== status) throw new Error(`${framework}, ${name}: answered ${answered} in place of ${status}`);
}

function compareHandles(
  title: string,
  handles: readonly { readonly name: string; readonly handle: Handle }[],
  effort: Effort,
): Promise<readonly Result[]> {
  const candidates = handles.map(({ name, handle }) => ({
    name,
    round: () => costOf(handle, amount(REQUESTS, effort)),
  }));
  return compare(candidates, rounds(ROUNDS, `${framework}, ${title}`, effort));
}

function costOf(handle: Handle, requests: number): Promise<number> {
  const connection = new LightConnection();
  return cpuMicroseconds(requests, async () => {
    for (let left = requests; left > 0; left -= 1) await connection.exchange(handle);
  });
}
