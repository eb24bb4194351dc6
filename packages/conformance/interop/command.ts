import { execFile } from "node:child_process";
import { promisify, stripVTControlCharacters } from "node:util";

const run = promisify(execFile);

export interface CommandOptions {
  readonly folder: string;
  readonly timeoutMs?: number | undefined;
}

/** What a command prints. Fails with the end of what it said where it fails. */
export async function command(
  [program, ...parameters]: readonly [string, ...string[]],
  { folder, timeoutMs = 300_000 }: CommandOptions,
): Promise<string> {
  try {
    const { stdout } = await run(program, parameters, { cwd: folder, timeout: timeoutMs, maxBuffer: 2 ** 26 });
    return stdout;
  } catch (cause) {
    const { stdout = "", stderr = "", message } = cause as { stdout?: string; stderr?: string; message: string };
    const said = stripVTControlCharacters(`${stdout}\n${stderr}`).trim().split("\n").slice(-8).join("\n");
    throw new Error(said === "" ? message : said, { cause });
  }
}

/** Whether a program is there. */
export async function isThere(parts: readonly [string, ...string[]]): Promise<boolean> {
  return command(parts, { folder: ".", timeoutMs: 30_000 }).then(
    () => true,
    () => false,
  );
}
