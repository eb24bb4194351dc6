import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/**
 * Something that is measured in a process of its own: nobody else's code shapes what the compiler makes of it, nobody
 * else's memory is in its heap, and its CPU time is its own.
 */
export class OwnProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  /** @param module what to run; it calls {@link answer} */
  constructor(module: URL, args: readonly string[], nodeOptions: readonly string[] = []) {
    this.#child = fork(module, args, { execArgv: [...nodeOptions] });
    this.#ended = once(this.#child, "exit").then(([code]) => {
      throw new Error(`${module.pathname} ${args.join(" ")} ended with ${code}`);
    });
    this.#ended.catch(() => undefined);
  }

  /** One question at a time. */
  async ask<Answer>(question: unknown): Promise<Answer> {
    const answered = once(this.#child, "message");
    this.#child.send({ question });
    const [reply] = (await Promise.race([answered, this.#ended])) as [{ answer: Answer; error?: string }];
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply.answer;
  }

  async stop(): Promise<void> {
    this.#child.kill();
    await this.#ended.catch(() => undefined);
  }
}

/** Processes that end with the block that uses them. */
export class Processes implements AsyncDisposable {
  readonly #started: OwnProcess[] = [];

  start(module: URL, args: readonly string[], nodeOptions?: readonly string[]): OwnProcess {
    const process = new OwnProcess(module, args, nodeOptions);
    this.#started.push(process);
    return process;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#started.map((process) => process.stop()));
  }
}

/** The other side: answers what the parent asks until the parent leaves. */
export function answer<Question>(reply: (question: Question) => unknown): void {
  process.on("message", async ({ question }: { readonly question: Question }) => {
    try {
      process.send?.({ answer: await reply(question) });
    } catch (error) {
      process.send?.({ error: error instanceof Error ? error.stack : String(error) });
    }
  });
  process.on("disconnect", () => process.exit());
}
