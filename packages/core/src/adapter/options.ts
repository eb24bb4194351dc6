import type { Logger } from "../environment.ts";
import type { Flow } from "../flow.ts";
import type { FlowStarter } from "../flow-starter.ts";
import type { LabelValues } from "../labels.ts";
import type { Rejection } from "./rejection.ts";

/** Whether answers of limiters are enforced, only asked for and counted, or not even asked for. */
export type Mode = "enforce" | "shadow" | "off";

/** Answers a rejected request instead of the default answer; `reply` is how the framework answers. */
export type OnReject<Req, Reply = unknown> = (rejection: Rejection, request: Req, reply: Reply, flow: Flow) => unknown;

/** What an application tells an adapter. `Req` is the framework's request. */
export interface AdapterOptions<Req, Reply = unknown> {
  /** Decides; the same client may serve any number of adapters. */
  readonly client: FlowStarter;
  /**
   * The name that policies select, or a function that names it for each request. Left out: nothing is checked here, and
   * routes name their own control points.
   */
  readonly controlPoint?: string | ((request: Req) => string | undefined) | undefined;
  /** The application's labels. They win over all others. What throws, rejects or hangs is left out and said once. */
  readonly labels?: LabelValues | ((request: Req) => LabelValues | Promise<LabelValues>) | undefined;
  /** Request headers that become labels `http.request.header.<lower_snake>`; none by default, and never a credential. */
  readonly headerLabels?: readonly string[] | undefined;
  /** Paths that are not checked: a text matches exactly, or as a prefix when it ends in `*`. */
  readonly ignoredPaths?: readonly (string | RegExp)[] | undefined;
  /** Methods that are not checked; `OPTIONS` may be one. None by default. */
  readonly ignoredMethods?: readonly string[] | undefined;
  /** True leaves this request unchecked. */
  readonly skip?: ((request: Req) => boolean) | undefined;
  /** `"enforce"` by default. `"shadow"` asks, takes tokens and counts, but never rejects. May change at run time. */
  readonly mode?: Mode | (() => Mode) | undefined;
  /** What happens when nobody can decide; the client's choice by default. */
  readonly onUnreachable?: "run" | "reject" | undefined;
  /** Milliseconds to wait for a decision; the client's choice by default. */
  readonly timeoutMs?: number | undefined;
  readonly rampMode?: boolean | undefined;
  /** Names in an incoming `baggage` header that become labels, or true for all. None by default: anybody can send one. */
  readonly trustBaggage?: boolean | readonly string[] | undefined;
  /**
   * What the decider is told: `"check"`, the default, labels alone; `"http"` the whole request (CheckHTTP), for policies
   * with classifiers. Then `http.target` has the query, every header but those of `redactHeaders` is a label too, and no
   * cache is looked up.
   */
  readonly rpc?: "check" | "http" | undefined;
  /** With `rpc: "http"`, request headers that are left out; by default those that carry credentials. */
  readonly redactHeaders?: readonly string[] | undefined;
  /** With `rpc: "http"`, how classifiers get to see the body; by default they do not. */
  readonly sendBody?: SendBody<Req> | undefined;
  /** `RateLimit` and `RateLimit-Policy` on answers, true by default; `"legacy"` adds `X-RateLimit-*`. */
  readonly rateLimitHeaders?: boolean | "legacy" | undefined;
  /** Which status codes count as the service's failure; from 500 up by default. */
  readonly isError?: ((statusCode: number) => boolean) | undefined;
  /** How a flow ends whose client went away; `"ok"` by default, as an impatient client is no failure of the service. */
  readonly abortStatus?: "ok" | "error" | undefined;
  /** Bits of an IPv6 address that `client.address` keeps, 32 to 128; 64 by default, what one customer commonly owns. */
  readonly ipv6PrefixLength?: number | undefined;
  /** Lists our headers in `Access-Control-Expose-Headers`. By default where the answer carries CORS headers already. */
  readonly exposeHeaders?: boolean | undefined;
  /** Replaces the default answer. Throw from it to reach the framework's error handling. */
  readonly onReject?: OnReject<Req, Reply> | undefined;
  /** Takes warnings, each at most once a minute. `console` by default. */
  readonly logger?: Logger | undefined;
}

/** Which bodies are sent along. A body that is longer, or of another type, is left out as a whole. */
export interface SendBody<Req> {
  /** The body as text, where something before the adapter has read it already; undefined where not. */
  readonly read: (request: Req) => string | undefined;
  /** Longest body in bytes; 8192 by default. */
  readonly maxBytes?: number | undefined;
  /** Media types; `application/json` and `application/x-www-form-urlencoded` by default. */
  readonly types?: readonly string[] | undefined;
}

/** What a route may set apart from its application. */
export type RouteOverrides<Req, Reply = unknown> = Partial<Omit<AdapterOptions<Req, Reply>, "controlPoint">>;
