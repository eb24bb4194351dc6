import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/**
 * Something that is measured in a process of its own: nobody else's code shapes what the compiler makes of it, nobody
 * else's memory is in its heap, and its CPU time is its own.
 */
export class OwnProcess implements AsyncDisposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** @param module what to run; it calls {@link answer} */
  static start(module: URL, args: readonly string[] = [], nodeOptions: readonly string[] = []): OwnProcess {
    return new OwnProcess(fork(module, args, { execArgv: [...nodeOptions], stdio: ["ignore", "inherit", "inherit", "ipc"] }));
  }

  /** One question at a time. */
  async ask<Answer>(question: unknown): Promise<Answer> {
    const child = this.#child;
    const ended = once(child, "exit").then(([code]) => {
      throw new Error(`the process of ${child.spawnargs.slice(1).join(" ")} ended with ${code} before it answered`);
    });
    const answered = once(child, "message");
    child.send({ question });
    const [answer] = (await Promise.race([answered, ended])) as [{ value?: Answer; error?: string }];
    ended.catch(() => undefined);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value as Answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill();
    await gone;
  }
}

/** The other side: answers what the parent asks until the parent leaves. */
export function answer<Question>(reply: (question: Question) => unknown): void {
  process.on("message", async ({ question }: { question: Question }) => {
    try {
      process.send?.({ value: await reply(question) });
    } catch (error) {
      process.send?.({ error: error instanceof Error ? error.stack : String(error) });
    }
  });
  process.on("disconnect", () => process.exit());
}
