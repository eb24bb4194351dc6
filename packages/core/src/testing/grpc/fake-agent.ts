import {
  type Metadata,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerMethodDefinition,
  status,
} from "@grpc/grpc-js";
import type { FlowControl } from "../../contract/flow-control.ts";
import type { FlowRecord } from "../../contract/flow-record.ts";
import { addFlowControlServices } from "../../grpc/service.ts";
import type { WireExportRequest, WireValue } from "../../grpc/wire/messages.ts";
import { pause, wallMs } from "../../time.ts";
import { type ScriptedAnswer, ScriptedControl } from "../scripted-control.ts";

/** How a {@link FakeAgent} answers. */
export interface FakeAgentOptions {
  /** What checks are answered with, one after another; the last again and again. Accepts everything by default. */
  readonly answers?: readonly ScriptedAnswer[] | undefined;
  /** Decides instead of `answers`; an engine, for one. */
  readonly control?: FlowControl | undefined;
  /** Where to listen: `"127.0.0.1:0"` by default, a free port. `unix:` paths will do. */
  readonly address?: string | undefined;
  /** Calls without this key are refused. None by default: every key is taken. */
  readonly apiKey?: string | undefined;
  /** For an agent with TLS. */
  readonly credentials?: ServerCredentials | undefined;
}

/** One call that the agent took. */
export interface AgentCall {
  /** `"Check"`, `"FlowEnd"`, `"Export"` and so on. */
  readonly method: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** What the client's deadline left, undefined without one. */
  readonly timeoutMs: number | undefined;
  /** The message, with names as on the wire. */
  readonly request: object;
}

/** What happens to a call before, or instead of, its answer. */
export interface AgentBehaviour {
  readonly delayMs?: number | undefined;
  /** Answers with this gRPC status code. */
  readonly status?: number | undefined;
  /** Never answers. */
  readonly hang?: boolean | undefined;
}

/** A flow as the client reported it. Integers are texts, since nanoseconds are too large for numbers. */
export interface ReportedSpan {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | boolean | Uint8Array | undefined>>;
}

/**
 * An agent for tests, on a real port: it answers from a list, remembers what it was asked, and can be slow, broken or dead.
 *
 * @example
 * const agent = await FakeAgent.start({ answers: [rejected({ waitMs: 1500 }), accepted()] });
 * const client = new ApertureClient({ address: agent.address, insecure: true });
 * ...
 * await agent.stop();
 */
export class FakeAgent {
  /** Every call, also those that failed. */
  readonly calls: AgentCall[] = [];
  /** What clients reported of finished flows. */
  readonly flows: FlowRecord[] = [];
  readonly spans: ReportedSpan[] = [];
  /** Answers from the script and knows what it was asked; unused where a `control` was given. */
  readonly script: ScriptedControl;
  readonly #server: Server;
  #address = "";
  #behaviour: (call: AgentCall) => AgentBehaviour | undefined = () => undefined;

  private constructor({ answers = [], control, apiKey }: FakeAgentOptions) {
    this.script = new ScriptedControl(...answers);
    this.#server = new Server({ interceptors: [(method, call) => this.#intercept(method, call, apiKey)] });
    addFlowControlServices(this.#server, control ?? this.script, { onFlow: (flow) => this.flows.push(flow) });
  }

  static async start(options: FakeAgentOptions = {}): Promise<FakeAgent> {
    const agent = new FakeAgent(options);
    await agent.#listen(options.address ?? "127.0.0.1:0", options.credentials ?? ServerCredentials.createInsecure());
    return agent;
  }

  /** What clients connect to; hand it to another `start` to come back at the same place. */
  get address(): string {
    return this.#address;
  }

  /** From now on, until told otherwise. A function decides call by call. */
  behave(behaviour: AgentBehaviour | ((call: AgentCall) => AgentBehaviour | undefined)): void {
    this.#behaviour = typeof behaviour === "function" ? behaviour : () => behaviour;
  }

  callsOf(method: string): readonly AgentCall[] {
    return this.calls.filter((call) => call.method === method);
  }

  /** Gone at once, with all that is under way. */
  async stop(): Promise<void> {
    this.#server.forceShutdown();
  }

  #listen(address: string, credentials: ServerCredentials): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(address, credentials, (error, port) => {
        if (error !== null) {
          reject(error);
          return;
        }
        this.#address = address.startsWith("unix:") ? address : address.replace(/:\d+$/, `:${port}`);
        resolve();
      });
    });
  }

  #intercept(
    method: ServerMethodDefinition<unknown, unknown>,
    call: ServerInterceptingCallInterface,
    apiKey: string | undefined,
  ): ServerInterceptingCall {
    const name = method.path.slice(method.path.lastIndexOf("/") + 1);
    const deadline = Number(call.getDeadline());
    const timeoutMs = deadline === Number.POSITIVE_INFINITY ? undefined : deadline - wallMs();
    let metadata: Readonly<Record<string, string>> = {};
    let request: object = {};
    const refuse = (code: number) => call.sendStatus({ code, details: "refused by the test" });
    return new ServerInterceptingCall(call, {
      start: (next) => {
        next({
          onReceiveMetadata: (received, forward) => {
            metadata = textsOf(received);
            if (apiKey === undefined || metadata["x-api-key"] === apiKey) forward(received);
            else refuse(status.UNAUTHENTICATED);
          },
          onReceiveMessage: (message, forward) => {
            request = message as object;
            if (name === "Export") this.#takeSpans(request);
            forward(message);
          },
          onReceiveHalfClose: (forward) => {
            const taken: AgentCall = { method: name, metadata, timeoutMs, request };
            this.calls.push(taken);
            this.#act(this.#behaviour(taken) ?? {}, forward, refuse);
          },
        });
      },
    });
  }

  #act({ delayMs, status, hang }: AgentBehaviour, forward: () => void, refuse: (code: number) => void): void {
    if (hang === true) return;
    const answer = () => (status === undefined ? forward() : refuse(status));
    if (delayMs === undefined) answer();
    else void pause(delayMs).then(answer);
  }

  #takeSpans({ resource_spans = [] }: WireExportRequest): void {
    for (const { scope_spans = [] } of resource_spans) {
      for (const { spans = [] } of scope_spans) {
        for (const { name = "", attributes = [] } of spans) {
          const values = attributes.map(({ key = "", value }) => [key, plainValue(value)] as const);
          this.spans.push({ name, attributes: Object.fromEntries(values) });
        }
      }
    }
  }
}

function textsOf(metadata: Metadata): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata.getMap()).map(([name, value]) => [name, value.toString()]));
}

function plainValue(value: WireValue = {}): ReportedSpan["attributes"][string] {
  return value.string_value ?? value.int_value ?? value.bool_value ?? value.double_value ?? value.bytes_value;
}
