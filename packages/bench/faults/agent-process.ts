import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("agent-process-main.ts", import.meta.url));

/** An agent in a process of its own, which can be frozen, thawed and killed. */
export class AgentProcess {
  readonly address: string;
  readonly #child: ChildProcess;

  private constructor(address: string, child: ChildProcess) {
    this.address = address;
    this.#child = child;
  }

  static async start(address?: string): Promise<AgentProcess> {
    const child = fork(MAIN, address === undefined ? [] : [address], { execArgv: ["--import", "tsx"] });
    const [given] = (await once(child, "message")) as [string];
    return new AgentProcess(given, child);
  }

  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }
}
