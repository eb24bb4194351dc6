import { processExit } from "./exit.ts";
import { deadAgentBehindExpress } from "./express.ts";
import { type Figure, isMet, line } from "./figures.ts";
import { settled } from "./load.ts";
import { hungAgentMemory } from "./memory.ts";
import { millionFlows } from "./million.ts";
import { deadAgent, frozenAgent, restartedAgent } from "./outages.ts";

/**
 * Measures what an agent that fails costs an application: agents are processes of their own that are killed, frozen and
 * thawed under load. Prints each figure beside its goal. `--seconds N` is how long each load lasts, 10 by default;
 * `--transport http2` is for the other transport.
 */
async function main(seconds: number): Promise<void> {
  const mishaps = { exceptions: 0, warnings: 0 };
  const note = () => {
    mishaps.exceptions += 1;
  };
  process.on("uncaughtException", note).on("unhandledRejection", note);
  process.on("warning", ({ name, message }) => {
    mishaps.warnings += 1;
    console.error(`${name}: ${message}`);
  });

  let over = 0;
  const print = (figures: readonly Figure[]) => {
    for (const figure of figures) console.log(line(figure));
    over += figures.filter((figure) => !isMet(figure)).length;
  };
  const measures: Readonly<Record<string, (seconds: number) => Promise<readonly Figure[]>>> = {
    "an agent that is dead": deadAgent,
    "an agent that is dead, behind Express": deadAgentBehindExpress,
    "an agent that is frozen and goes on": frozenAgent,
    "an agent that is killed and started again": restartedAgent,
    "an agent that is frozen under much load": hungAgentMemory,
    "a client that is never shut down": processExit,
    "a million flows through outages, about a minute": millionFlows,
  };
  for (const [what, measure] of Object.entries(measures)) {
    console.log(`\n${what}`);
    print(await measure(seconds));
  }
  console.log("\nall of it");
  print([
    {
      goal: "F5",
      what: `flows that never settled, of ${settled.started}`,
      value: settled.started - settled.ended,
      most: 0,
      unit: "",
    },
    { goal: "F6", what: "exceptions and rejections that nobody caught", value: mishaps.exceptions, most: 0, unit: "" },
    {
      goal: "F32",
      what: "warnings of the process, such as of timers or listeners",
      value: mishaps.warnings,
      most: 0,
      unit: "",
    },
  ]);
  process.exitCode = over === 0 ? 0 : 1;
}

const given = process.argv.indexOf("--seconds");
await main(given === -1 ? 10 : Number(process.argv[given + 1]));
