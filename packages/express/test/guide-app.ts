import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { until } from "@aperture-flow/conformance";
import { ApertureClient } from "@aperture-flow/core";
import { createEngine, type Engine } from "@aperture-flow/engine";
import { FakeClock } from "@aperture-flow/engine/testing";
import express, { type Express, type Request, type Response } from "express";
import { apertureMiddleware } from "../src/index.ts";

export interface GuideOptions {
  readonly controlPoint: string;
  /** The policies, a file of `guides/`; none by default. */
  readonly guide?: string;
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
  readonly body: string;
}

type Labels = Readonly<Record<string, string>>;

/**
 * An Express application under the policies of a guide, asked over sockets. Its clock stands still; the labels of a
 * request are its query. A request ends at once, unless it is a job.
 */
export class GuideApp {
  readonly clock: FakeClock;
  readonly express: Express = express();
  readonly client: ApertureClient;
  readonly jobs: Job[] = [];
  readonly #engine: Engine;
  readonly #server: Server;
  #asked = 0;
  #sent = 0;

  private constructor(engine: Engine, clock: FakeClock, { controlPoint, timeoutMs }: GuideOptions) {
    this.clock = clock;
    this.#engine = engine;
    this.client = new ApertureClient({ control: engine, timeoutMs });
    const labels = (request: Request) => {
      this.#asked += 1;
      return labelsOf(request);
    };
    this.express.use(apertureMiddleware({ client: this.client, controlPoint, labels }));
    this.express.get("/", (_request, response) => void response.send("done"));
    this.express.get("/job", (request, response) => this.#take(request, response));
    this.#server = createServer(this.express).listen(0, "127.0.0.1");
  }

  static async start(options: GuideOptions): Promise<GuideApp> {
    const { guide, timeoutMs } = options;
    const clock = new FakeClock();
    const policies = guide === undefined ? [] : new URL(`guides/${guide}.yaml`, import.meta.url);
    const app = new GuideApp(await createEngine({ policies, clock, maxQueueMs: timeoutMs }), clock, options);
    await until(() => app.#server.listening, "the server listens");
    return app;
  }

  /** Sends a request and waits for its answer. */
  async ask(labels: Labels, path = "/"): Promise<Answer> {
    return this.#answer(path, labels);
  }

  /** Sends jobs of the same kind, one after the other, and waits until the engine has been asked about all of them. */
  async send(count: number, labels: Labels): Promise<Promise<Answer>[]> {
    const answers = Array.from({ length: count }, () => this.#answer("/job", labels));
    await until(() => this.#asked === this.#sent, "all requests have arrived");
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

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await this.client.shutdown();
    await this.#engine.close();
  }

  #take(request: Request, response: Response): void {
    this.jobs.push({ labels: labelsOf(request), finish: () => void response.send("done") });
  }

  async #answer(path: string, labels: Labels): Promise<Answer> {
    this.#sent += 1;
    const { port } = this.#server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}${path}?${new URLSearchParams(labels)}`);
    return {
      status: response.status,
      retryAfter: response.headers.get("retry-after"),
      body: await response.text(),
    };
  }
}

function labelsOf(request: Request): Labels {
  return request.query as Labels;
}
