import { cpuMicroseconds } from "../cpu.ts";
import { answer } from "../own-process.ts";
import { BARE, type Contender } from "./contender.ts";
import { FRAMEWORKS } from "./frameworks.ts";
import { type Handle, LightConnection } from "./light-exchange.ts";

/** What of a contender is measured: the function alone, or a whole request. */
export type Part = "middleware" | "application";

/** So many requests of each, and which of the two goes first. */
export interface Measurement {
  readonly requests: number;
  readonly bareFirst: boolean;
}

const [framework = "", name = "", part = "application", warmUp = "0"] = process.argv.slice(2);
const contenders = await (FRAMEWORKS[framework] as (typeof FRAMEWORKS)[string])();
const bare = named(BARE);
const contender = named(name);
await assertAnswer(contender);
if (Number(warmUp) > 0) await measure({ requests: Number(warmUp), bareFirst: true });

answer(measure);

/** CPU microseconds of a request on top of the bare framework, without a socket. */
async function measure({ requests, bareFirst }: Measurement): Promise<number> {
  const [handle, bareHandle] = [contender, bare].map((each) => each[part as Part] as Handle) as [Handle, Handle];
  if (bareFirst) {
    const without = await costOf(bareHandle, requests);
    return (await costOf(handle, requests)) - without;
  }
  return (await costOf(handle, requests)) - (await costOf(bareHandle, requests));
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

/** The first requests are not measured: what they need is not in the caches of the processor yet. */
async function costOf(handle: Handle, requests: number): Promise<number> {
  const connection = new LightConnection();
  const exchange = async (count: number) => {
    for (let left = count; left > 0; left -= 1) await connection.exchange(handle);
  };
  await exchange(requests / 2);
  return cpuMicroseconds(requests, exchange);
}
