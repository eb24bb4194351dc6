import { cpuMicroseconds } from "../cpu.ts";
import { answer } from "../own-process.ts";
import { BARE, type Contender } from "./contender.ts";
import { FRAMEWORKS } from "./frameworks.ts";
import { type Handle, LightConnection } from "./light-exchange.ts";

/** CPU microseconds of a request on top of the bare framework, without a socket. */
export interface OnTop {
  /** Absent where the contender has no middleware of its own to measure. */
  readonly middleware: number | undefined;
  readonly framework: number;
}

/** One round of a process: this many requests each, in which the order of the two is given. */
export interface Round {
  readonly requests: number;
  readonly bareFirst: boolean;
}

/** As many as the compiler needs to have seen; what is not measured is cheap to run. */
const WARM_UP = 8000;

const [framework = "", name = "", quick = ""] = process.argv.slice(2);
const contenders = await (FRAMEWORKS[framework] as (typeof FRAMEWORKS)[string])();
const bare = named(BARE);
const contender = named(name);
await assertAnswer(contender);
if (quick === "") await measure({ requests: WARM_UP, bareFirst: true });

answer(measure);

async function measure(round: Round): Promise<OnTop> {
  const alone = bare.middleware && contender.middleware && (await onTop(contender.middleware, bare.middleware, round));
  return { middleware: alone, framework: await onTop(contender.application, bare.application, round) };
}

function named(wanted: string): Contender {
  return contenders.find((each) => each.name === wanted) as Contender;
}

/** The first request uses up the only token of those that refuse. */
async function assertAnswer({ application, status }: Contender): Promise<void> {
  const connection = new LightConnection();
  await connection.exchange(application);
  const answered = await connection.exchange(application);
  if (answered !== status) throw new Error(`${framework}, ${name}: answered ${answered} in place of ${status}`);
}

async function onTop(handle: Handle, bareHandle: Handle, { requests, bareFirst }: Round): Promise<number> {
  if (bareFirst) {
    const without = await costOf(bareHandle, requests);
    return (await costOf(handle, requests)) - without;
  }
  return (await costOf(handle, requests)) - (await costOf(bareHandle, requests));
}

/** The first requests are not measured: other processes have just filled the caches of the processor with their own. */
async function costOf(handle: Handle, requests: number): Promise<number> {
  const connection = new LightConnection();
  const exchange = async (count: number) => {
    for (let left = count; left > 0; left -= 1) await connection.exchange(handle);
  };
  await exchange(requests / 2);
  return cpuMicroseconds(requests, exchange);
}
