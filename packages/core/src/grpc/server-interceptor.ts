import {
  Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status,
} from "@grpc/grpc-js";
import { Complaints } from "../complaints.ts";
import type { RejectReason } from "../contract/check.ts";
import { errorFrom } from "../contract/errors.ts";
import { FlowStatus } from "../contract/flow-status.ts";
import { defaultLogger, type Logger } from "../environment.ts";
import type { Flow } from "../flow.ts";
import type { FlowParams } from "../flow-params.ts";
import type { FlowStarter } from "../flow-starter.ts";
import type { LabelSources, LabelValues } from "../labels.ts";
import { wallMs } from "../time.ts";

/** What the calls of a gRPC server are checked with. */
export interface FlowControlInterceptorOptions {
  readonly client: FlowStarter;
  /** The name that policies select, or a function of the method's path such as `/shop.Cart/Add`; undefined checks nothing. */
  readonly controlPoint: string | ((path: string) => string | undefined);
  /**
   * The application's labels. They win over `rpc.service`, `rpc.method` and `client.address`. A function that throws is
   * said once and leaves the call without them.
   */
  readonly labels?: LabelValues | ((metadata: Metadata, path: string) => LabelValues) | undefined;
  /** Milliseconds to wait for a decision, never longer than the call's own deadline; the client's choice by default. */
  readonly timeoutMs?: number | undefined;
  readonly rampMode?: boolean | undefined;
  readonly onUnreachable?: "run" | "reject" | undefined;
  /** Takes warnings, each at most once a minute. `console` by default. */
  readonly logger?: Logger | undefined;
}

type PartialStatus = Parameters<ServerInterceptingCallInterface["sendStatus"]>[0];

/**
 * Flow control for a gRPC server of one's own: every call is a flow, from its metadata to its status. A call that is
 * turned away gets RESOURCE_EXHAUSTED, UNAVAILABLE or PERMISSION_DENIED, and `grpc-retry-pushback-ms` where the wait is
 * known.
 *
 * @example
 * const server = new Server({ interceptors: [flowControlInterceptor({ client, controlPoint: "shop" })] });
 */
export function flowControlInterceptor(options: FlowControlInterceptorOptions): ServerInterceptor {
  const { controlPoint, logger = defaultLogger } = options;
  const complaints = new Complaints(logger);
  const named = (path: string) => (typeof controlPoint === "function" ? controlPoint(path) : controlPoint);
  return ({ path }, call) => {
    const name = attempt(() => named(path), undefined, complaints);
    return name === undefined
      ? new ServerInterceptingCall(call)
      : new GuardedCall(call, path, { ...options, complaints }).guard(name);
  };
}

/** An application's function must not take its server down. */
function attempt<T>(run: () => T, instead: T, complaints: Complaints): T {
  try {
    return run();
  } catch (cause) {
    complaints.say("option", () => `a function of the interceptor's options threw: ${errorFrom(cause).message}`);
    return instead;
  }
}

const STATUS: Readonly<Record<RejectReason, status>> = {
  "rate-limited": status.RESOURCE_EXHAUSTED,
  "no-tokens": status.UNAVAILABLE,
  "not-sampled": status.PERMISSION_DENIED,
  "no-matching-ramp": status.PERMISSION_DENIED,
};

/** Codes that are the server's fault, as OpenTelemetry has them. */
const ERRORS: ReadonlySet<status> = new Set([
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.UNIMPLEMENTED,
  status.INTERNAL,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

interface GuardOptions extends FlowControlInterceptorOptions {
  readonly complaints: Complaints;
}

/** One call and its flow; the flow ends with the call's status, or when the caller goes away. */
class GuardedCall {
  readonly #call: ServerInterceptingCallInterface;
  readonly #path: string;
  readonly #options: GuardOptions;
  #departure: AbortController | undefined;
  #departed = false;
  #flow: Flow | undefined;

  constructor(call: ServerInterceptingCallInterface, path: string, options: GuardOptions) {
    this.#call = call;
    this.#path = path;
    this.#options = options;
  }

  guard(controlPoint: string): ServerInterceptingCall {
    return new ServerInterceptingCall(this.#call, {
      start: (next) => {
        next({
          onReceiveMetadata: (metadata, forward) => void this.#decide(controlPoint, metadata, () => forward(metadata)),
          onCancel: () => this.#leave(),
        });
      },
      sendStatus: (answer, next) => {
        this.#end(answer);
        next(answer);
      },
    });
  }

  async #decide(controlPoint: string, metadata: Metadata, run: () => void): Promise<void> {
    const flow = await this.#options.client.startFlow(controlPoint, this.#params(metadata));
    if (this.#departed) {
      void flow.end();
    } else if (flow.shouldRun()) {
      this.#flow = flow;
      run();
    } else {
      flow.setStatus(FlowStatus.Unset);
      void flow.end();
      this.#call.sendStatus(refusal(flow));
    }
  }

  #params(metadata: Metadata): FlowParams {
    const { timeoutMs, rampMode, onUnreachable } = this.#options;
    const leftMs = Number(this.#call.getDeadline()) - wallMs();
    const signal = () => this.#signal();
    return {
      labels: this.#labels(metadata),
      timeoutMs: leftMs === Number.POSITIVE_INFINITY ? timeoutMs : Math.max(Math.min(leftMs, timeoutMs || leftMs), 1),
      rampMode,
      onUnreachable,
      get signal() {
        return signal();
      },
    };
  }

  /** Made when somebody asks for it: most decisions are there at once. */
  #signal(): AbortSignal {
    this.#departure ??= new AbortController();
    if (this.#departed) this.#departure.abort();
    return this.#departure.signal;
  }

  #labels(metadata: Metadata): LabelSources {
    const { labels = {}, complaints } = this.#options;
    const [, service = "", method = ""] = this.#path.split("/");
    const address = this.#call.getPeer().replace(/:\d+$/, "");
    const ofCall = { "rpc.service": service, "rpc.method": method, "client.address": address };
    if (typeof labels !== "function") return [labels, ofCall];
    return [attempt(() => labels(metadata, this.#path), {}, complaints), ofCall];
  }

  #end({ code }: PartialStatus): void {
    if (ERRORS.has(code)) this.#flow?.setStatus(FlowStatus.Error);
    void this.#flow?.end();
  }

  /** A caller that left is no fault of the server. */
  #leave(): void {
    this.#departed = true;
    this.#departure?.abort();
    void this.#flow?.end();
  }
}

function refusal(flow: Flow): PartialStatus {
  const metadata = new Metadata();
  const waitMs = flow.retryAfterMs();
  if (waitMs !== undefined) metadata.set("grpc-retry-pushback-ms", String(Math.ceil(waitMs)));
  const { rejectReason } = flow;
  if (rejectReason === undefined) return { code: status.UNAVAILABLE, details: "nobody could decide", metadata };
  return { code: STATUS[rejectReason], details: `turned away: ${rejectReason}`, metadata };
}
