import type { Logger } from "../src/environment.ts";

/** A logger that keeps what it was told. */
export class CollectedWarnings implements Logger {
  readonly messages: string[] = [];

  warn(message: string): void {
    this.messages.push(message);
  }
}
