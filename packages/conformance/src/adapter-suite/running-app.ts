import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { ScriptedAnswer } from "@aperture-flow/core/testing";
import { expect } from "chai";
import type { AppDescription, BuildApp, Route, SuiteOptions, Visit } from "./app-description.ts";
import { Ledger } from "./ledger.ts";
import { RawClient, type RawRequest } from "./raw-client.ts";
import type { RawResponse } from "./raw-response.ts";
import { until } from "./until.ts";

/** What sets the application of one case apart. */
export interface Setup extends Partial<Omit<AppDescription, "options">> {
  /** What the limiters say, check after check; the last is repeated. Everything is accepted by default. */
  readonly answers?: readonly ScriptedAnswer[] | undefined;
  /** On top of the control point `"api"`; `"none"` leaves the adapter out. */
  readonly options?: Partial<SuiteOptions> | "none" | undefined;
  /** Where to listen, 127.0.0.1 by default. */
  readonly host?: string | undefined;
}

export type OpenApp = (setup: Setup) => Promise<RunningApp>;

/** The application of one case on a real socket, with its ledger and its clients. */
export class RunningApp {
  readonly ledger: Ledger;
  readonly server: Server;
  readonly #visits: Visit[];
  /** Open connections as the server sees them. */
  readonly sockets = new Set<Socket>();
  readonly #clients: RawClient[] = [];

  private constructor(server: Server, ledger: Ledger, visits: Visit[]) {
    this.server = server;
    this.ledger = ledger;
    this.#visits = visits;
    server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
  }

  static async open(build: BuildApp, setup: Setup): Promise<RunningApp> {
    const ledger = new Ledger(setup.answers ?? []);
    const visits: Visit[] = [];
    const logger = { warn: (message: string) => ledger.warnings.push(message) };
    const server = await build({
      headers: {},
      trustProxy: false,
      ...setup,
      options:
        setup.options === "none" ? undefined : { client: ledger.client, controlPoint: "api", logger, ...setup.options },
      routes: (setup.routes ?? []).map((route) => noting(route, visits)),
    });
    server.listen(0, setup.host ?? "127.0.0.1");
    await once(server, "listening");
    return new RunningApp(server, ledger, visits);
  }

  /** Requests that reached their route's work. */
  get visits(): readonly Visit[] {
    return this.#visits;
  }

  async connect(host?: string): Promise<RawClient> {
    const client = await RawClient.connect((this.server.address() as AddressInfo).port, host);
    this.#clients.push(client);
    return client;
  }

  /** One request on a connection of its own, which is closed when the answer is there. */
  async request(request: RawRequest): Promise<RawResponse> {
    const client = await this.connect();
    client.send(request);
    const response = await client.response();
    client.abort();
    return response;
  }

  /** Waits until no flow is open any more. */
  async settled(): Promise<void> {
    await until(() => this.ledger.settled, "the end of every flow");
  }

  /** Waits until a number of requests reached their route's work. */
  async visited(count: number): Promise<void> {
    await until(() => this.visits.length >= count, `${count} requests in their routes`);
  }

  /** Lets go of the visits, so that a case can find out who else holds on to them. */
  forgetVisits(): void {
    this.#visits.length = 0;
  }

  /** Waits until the server knows that its clients are gone. */
  async deserted(): Promise<void> {
    await until(() => this.sockets.size === 0, "the end of every connection");
  }

  /** Every flow must have ended before the connections are closed for good, and nothing may end one again by that. */
  async close(): Promise<void> {
    try {
      await this.settled();
    } finally {
      for (const client of this.#clients) client.abort();
      this.server.closeAllConnections();
      this.server.close();
      await this.deserted();
    }
    this.ledger.assertBalanced();
    expect(this.server.listening).to.equal(false);
  }
}

/** Opens applications for the cases of the suite it is called in; each is closed, and its books are read, after its case. */
export function runningApps(): (build: BuildApp, setup?: Setup) => Promise<RunningApp> {
  const running: RunningApp[] = [];
  afterEach(() => Promise.all(running.splice(0).map((app) => app.close())));
  return async (build, setup = {}) => {
    const app = await RunningApp.open(build, setup);
    running.push(app);
    return app;
  };
}

function noting(route: Route, visits: Visit[]): Route {
  return {
    ...route,
    work: (visit) => {
      visits.push(visit);
      return route.work(visit);
    },
  };
}
