import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { AgentProcess } from "./agent-process.ts";
import type { Figure } from "./figures.ts";

const PROGRAM = `
import { ApertureClient } from "@aperture-flow/core";
const client = new ApertureClient({ address: process.argv[1], insecure: true, timeoutMs: 5000 });
await (await client.startFlow("checkout")).end();
const doneMs = performance.now();
process.on("exit", () => console.log(performance.now() - doneMs));
`;

/** F33: how long a process lives on that is done and has never shut its client down. */
export async function processExit(): Promise<readonly Figure[]> {
  const agent = await AgentProcess.start();
  const given = ["--input-type=module", "--eval", PROGRAM, agent.address];
  const { stdout } = await promisify(execFile)(process.execPath, given, { cwd: import.meta.dirname, timeout: 15_000 });
  await agent.kill();
  return [{ goal: "F33", what: "a process that is done ends after", value: Number(stdout), most: 100, unit: "ms" }];
}
