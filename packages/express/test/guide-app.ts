import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { until } from "@aperture-flow/conformance";
import { ApertureClient } from "@aperture-flow/core";
import { createEngine } from "@aperture-flow/engine";
import { FakeClock } from "@aperture-flow/engine/testing";
import express, { type Request, type Response } from "express";
import { apertureMiddleware } from "../src/index.ts";

export interface GuideOptions {
  readonly controlPoint: string;
  /** The policies of the guide. */
  readonly yaml: string;
  /** How long a caller waits. */
  readonly timeoutMs: number;
}

/** A request that runs, and does not end before the test says so. */
export interface Job {
  readonly labels: Labels;
  readonly finish: () => void;
}

/** What became of a request. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
}

type Labels = Readonly<Record<string, string>>;

/**
 * An Express application under the policies of a guide, asked over sockets. Its clock stands still; the labels of a
 * request are its query. A request ends at once, unless it is a job.
 */
export class GuideApp {
  readonly clock: FakeClock;
  readonly client: ApertureClient;
  readonly jobs: Job[] = [];
  readonly #url: string;
  readonly #close: () => Promise<void>;
  readonly #asked: { count: number };
  #sent = 0;

  private constructor(parts: Pick<GuideApp, "clock" | "client">, url: string, close: () => Promise<void>) {
    this.clock = parts.clock;
    this.client = parts.client;
    this.#url = url;
    this.#close = close;
    this.#asked = { count: 0 };
  }

  static async start({ controlPoint, yaml, timeoutMs }: GuideOptions): Promise<GuideApp> {
    const clock = new FakeClock();
    const engine = await createEngine({ policies: { yaml }, clock, maxQueueMs: timeoutMs });
    const client = new ApertureClient({ control: engine, timeoutMs });
    const application = express();
    const server = createServer(application).listen(0, "127.0.0.1");
    await until(() => server.listening, "the server listens");
    const app = new GuideApp({ clock, client }, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, async () => {
      server.closeAllConnections();
      server.close();
      await client.shutdown();
      await engine.close();
    });
    const labels = (request: Request) => {
      app.#asked.count += 1;
      return request.query as Labels;
    };
    application.use(apertureMiddleware({ client, controlPoint, labels, rateLimitHeaders: false }));
    application.get("/", (_request, response) => void response.send("done"));
    application.get("/job", (request, response) => app.#take(request, response));
    return app;
  }

  /** Sends a request and waits for its answer. */
  async ask(labels: Labels): Promise<Answer> {
    return this.#answer("/", labels);
  }

  /** Sends jobs of the same kind, one after the other, and waits until the engine has been asked about all of them. */
  async send(count: number, labels: Labels): Promise<Promise<Answer>[]> {
    const answers = Array.from({ length: count }, () => this.#answer("/job", labels));
    await until(() => this.#asked.count === this.#sent, "all requests have arrived");
    await this.clock.advance(0);
    return answers;
  }

  /** Waits until so many jobs run. */
  async running(count: number): Promise<readonly Job[]> {
    await this.clock.advance(0);
    await until(() => this.jobs.length >= count, `${count} jobs run`);
    return this.jobs;
  }

  /** Ends the oldest jobs. */
  finish(count: number): void {
    for (const { finish } of this.jobs.splice(0, count)) finish();
  }

  close(): Promise<void> {
    return this.#close();
  }

  #take(request: Request, response: Response): void {
    this.jobs.push({ labels: request.query as Labels, finish: () => void response.send("done") });
  }

  async #answer(path: string, labels: Labels): Promise<Answer> {
    this.#sent += 1;
    const response = await fetch(`${this.#url}${path}?${new URLSearchParams(labels)}`);
    await response.text();
    return { status: response.status, retryAfter: response.headers.get("retry-after") };
  }
}
