import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** An agent in a process of its own, which can be stopped, continued and killed. */
export interface AgentProcess {
  readonly address: string;
  readonly child: ChildProcess;
  kill(): Promise<void>;
}

/** Starts `agent-process-main.ts`; every check is accepted. */
export async function startAgentProcess(address?: string): Promise<AgentProcess> {
  const main = join(import.meta.dirname, "agent-process-main.ts");
  const child = fork(main, address === undefined ? [] : [address], { execArgv: ["--import", "tsx"] });
  const [message] = (await once(child, "message")) as [string];
  return {
    address: message,
    child,
    async kill() {
      const exited = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
      child.kill("SIGKILL");
      await exited;
    },
  };
}
