import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ApertureClient, type ApertureClientOptions, type CheckResponse } from "@aperture-flow/core";
import { accepted, type ScriptedAnswer } from "@aperture-flow/core/testing";
import { type AgentCall, FakeAgent, type FakeAgentOptions } from "@aperture-flow/core/testing/grpc";
import type { BuildApp, Route, SuiteOptions } from "../adapter-suite/app-description.ts";
import { RawClient, type RawRequest } from "../adapter-suite/raw-client.ts";
import type { RawResponse } from "../adapter-suite/raw-response.ts";
import { until } from "../adapter-suite/until.ts";

/** What sets one case apart. */
export interface AgentSetup {
  readonly routes: readonly Route[];
  readonly options?: Partial<SuiteOptions> | undefined;
  readonly agent?: FakeAgentOptions | undefined;
  readonly client?: ApertureClientOptions | undefined;
}

export type OpenAgentApp = (setup: AgentSetup) => Promise<AgentApp>;

/** An application on a real socket whose flows an agent decides, over gRPC; the agent remembers all it was told. */
export class AgentApp {
  readonly client: ApertureClient;
  readonly #server: Server;
  readonly #setup: AgentSetup;
  readonly #rawClients: RawClient[] = [];
  #agent: FakeAgent;

  private constructor(
    server: Server,
    agent: FakeAgent,
    { client, setup }: { client: ApertureClient; setup: AgentSetup },
  ) {
    this.#server = server;
    this.#agent = agent;
    this.client = client;
    this.#setup = setup;
  }

  static async open(build: BuildApp, setup: AgentSetup): Promise<AgentApp> {
    const agent = await FakeAgent.start(setup.agent);
    const secure = setup.client?.tls !== undefined;
    const client = new ApertureClient({
      address: agent.address,
      timeoutMs: 2000,
      logger: { warn: () => undefined },
      ...(secure ? {} : { insecure: true }),
      ...setup.client,
    });
    const options: SuiteOptions = { client, controlPoint: "api", ...setup.options };
    const server = await build({ headers: {}, trustProxy: false, onReject: undefined, ...setup, options });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new AgentApp(server, agent, { client, setup });
  }

  get agent(): FakeAgent {
    return this.#agent;
  }

  get server(): Server {
    return this.#server;
  }

  /** Calls of one method, oldest first, with their messages as on the wire. */
  calls(method: string): readonly AgentCall[] {
    return this.#agent.callsOf(method);
  }

  async connect(): Promise<RawClient> {
    const client = await RawClient.connect((this.#server.address() as AddressInfo).port);
    this.#rawClients.push(client);
    return client;
  }

  /** One request on a connection of its own. */
  async request(request: RawRequest): Promise<RawResponse> {
    const client = await this.connect();
    client.send(request);
    const response = await client.response();
    client.abort();
    return response;
  }

  /** Sends a request a number of times, one after the other. The answers' statuses. */
  async statuses(count: number, request: RawRequest): Promise<number[]> {
    const statuses: number[] = [];
    for (let index = 0; index < count; index += 1) statuses.push((await this.request(request)).status);
    return statuses;
  }

  /** The agent goes away, or comes back at the same address with a new script. */
  async stopAgent(): Promise<void> {
    await this.#agent.stop();
  }

  async restartAgent(answers: readonly ScriptedAnswer[]): Promise<void> {
    this.#agent = await FakeAgent.start({ ...this.#setup.agent, address: this.#agent.address, answers });
  }

  /** Waits for the end of every flow, and until the agent has heard of it. */
  async settled(): Promise<void> {
    await until(() => this.client.counts.open === 0, "the end of every flow");
    await this.client.shutdown();
  }

  async close(): Promise<void> {
    for (const client of this.#rawClients) client.abort();
    this.#server.closeAllConnections();
    this.#server.close();
    await this.client.shutdown({ timeoutMs: 200 });
    await this.#agent.stop();
  }
}

/** Opens applications for the cases of the suite it is called in; each is closed after its case. Options of all clients. */
export function agentApps(build: BuildApp, client: ApertureClientOptions = {}): OpenAgentApp {
  const running: AgentApp[] = [];
  afterEach(() => Promise.all(running.splice(0).map((app) => app.close())));
  return async (setup) => {
    const app = await AgentApp.open(build, { ...setup, client: { ...client, ...setup.client } });
    running.push(app);
    return app;
  };
}

/** Accepts, and lends one token of a concurrency limiter under an id of its own. */
export function lending(): ScriptedAnswer {
  let lent = 0;
  return (): CheckResponse => {
    lent += 1;
    const ref = { policy: "places", policyHash: "h", component: "root.0" };
    const lease = { ref, label: "default", id: `lease-${lent}`, tokens: 1 };
    const tokens = { consumed: 1, remaining: 9, current: 1 };
    const decision = { ref, kind: "concurrency-limiter", dropped: false, label: "default", tokens, waitMs: 0 } as const;
    return accepted({ decisions: [{ ...decision, lease }], leases: [lease] });
  };
}
