import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeAgent } from "@aperture-flow/core/testing/grpc";
import { createEngine } from "@aperture-flow/engine";
import { findings, type ProgramAnswer } from "./answer.ts";
import { CLIENTS, type SdkClient } from "./clients.ts";
import { command } from "./command.ts";
import { POLICIES } from "./policies.ts";

/**
 * Lets the reference's own SDKs, unmodified, ask an engine of ours over gRPC, each in a program of its own. Says what it
 * skips and why; fails where a client that could be tried did not get along.
 */
async function main(): Promise<void> {
  let failures = 0;
  for (const client of CLIENTS) {
    console.log(`\n${client.name}${placeOf(client)}`);
    failures += await attempt(client);
  }
  process.exitCode = failures === 0 ? 0 : 1;
}

async function attempt(client: SdkClient): Promise<number> {
  const missing = await client.missing();
  if (missing !== undefined) return skipped(missing);
  const folder = await mkdtemp(join(tmpdir(), "aperture-flow-interop-"));
  try {
    const program = await client.install(folder).catch((error: Error) => error);
    if (program instanceof Error) return skipped(`it could not be installed${hint(client)}:\n${program.message}`);
    return await tried(program, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function tried(program: readonly [string, ...string[]], folder: string): Promise<number> {
  const control = await createEngine({ policies: { yaml: POLICIES } });
  const agent = await FakeAgent.start({ control });
  try {
    const output = await command([...program, agent.address], { folder, timeoutMs: 60_000 });
    const answer: ProgramAnswer = JSON.parse(output.trim().split("\n").at(-1) ?? "");
    const found = findings(answer, agent.flows.length);
    for (const { what, trouble } of found)
      console.log(trouble === undefined ? `  ok    ${what}` : `  FAIL  ${what}: ${trouble}`);
    return found.filter(({ trouble }) => trouble !== undefined).length;
  } catch (error) {
    console.log(`  FAIL  ${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    await agent.stop();
    await control.close();
  }
}

function placeOf({ replacedBy }: SdkClient): string {
  const place = replacedBy === undefined ? "" : (process.env[replacedBy] ?? "");
  return place === "" ? "" : `, taken from ${place}`;
}

function hint({ replacedBy }: SdkClient): string {
  return replacedBy === undefined ? "" : ` (${replacedBy} names another place to take it from)`;
}

function skipped(why: string): 0 {
  console.log(`  skipped: ${why.replaceAll("\n", "\n    ")}`);
  return 0;
}

await main();
