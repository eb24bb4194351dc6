import type { Awaitable } from "../contract/flow-control.ts";
import { FlowStatus } from "../contract/flow-status.ts";
import type { Flow } from "../flow.ts";
import type { FlowHttp } from "../flow-params.ts";
import type { LabelSources, LabelValues } from "../labels.ts";
import { exposeRateLimitHeaders, hasCors, leavesBodyUnread } from "./answer-headers.ts";
import { isAbandoned, ownSocket, subscribeToResponses } from "./connection.ts";
import { endWithResponse } from "./end-with-response.ts";
import type { Exchange } from "./exchange.ts";
import { GateCall } from "./gate-call.ts";
import { type GateSettings, gateSettings, type Ignores } from "./gate-settings.ts";
import { type RequestReader, targetPath } from "./http-labels.ts";
import { wholeRequest } from "./http-request.ts";
import type { AdapterOptions, Mode, RouteOverrides } from "./options.ts";
import { RateLimitHeaders } from "./rate-limit-headers.ts";
import { type Rejection, Rejections } from "./rejection.ts";
import { labelsOfApplication, labelsOfRequest, type RequestLabelPlan, requestLabelPlan } from "./request-labels.ts";
import { RequestParts } from "./request-parts.ts";

/** What a framework does differently from all others. */
export interface Framework<Req, Reply> extends RequestReader<Req> {
  /** Gives a rejected request the default answer; its headers are already set. */
  reject(reply: Reply, rejection: Rejection): void;
  /** Told of a request's flow before anything is done about it. */
  showFlow?(request: Req, flow: Flow): void;
  /** Keeps the framework from answering a client that has left. */
  abandon?(reply: Reply): void;
}

/** What a {@link Gate} is made of. */
export interface GateOptions<Req, Reply> {
  readonly options: AdapterOptions<Req, Reply>;
  readonly framework: Framework<Req, Reply>;
  /** Options that only this adapter has. */
  readonly extraNames?: readonly string[] | undefined;
}

/**
 * Where requests of one application, or of one route, become flows: which control point, with which labels, and what
 * the answer means. Everything that the adapters have in common.
 */
export class Gate<Req, Reply = unknown> {
  readonly options: AdapterOptions<Req, Reply>;
  readonly #given: GateOptions<Req, Reply>;
  readonly #settings: GateSettings;
  readonly #headers: RateLimitHeaders;
  readonly #rejections = new Rejections();
  readonly #planOfAll: RequestLabelPlan;
  readonly #plans = new WeakMap<ReadonlySet<string>, RequestLabelPlan>();
  /** The plan that was asked for last, and for whom: most gates have one control point. */
  #lastRead: ReadonlySet<string> | undefined;
  #lastPlan: RequestLabelPlan;

  /** @throws ApertureError APERTURE_OPTION_INVALID with what to write instead. */
  constructor(given: GateOptions<Req, Reply>, parent?: Gate<Req, Reply>) {
    this.#given = given;
    this.options = given.options;
    this.#settings = gateSettings(given.options, given.extraNames ?? []);
    this.#headers = parent === undefined ? new RateLimitHeaders() : parent.#headers;
    this.#planOfAll = requestLabelPlan(this.#settings, undefined);
    this.#lastPlan = this.#planOfAll;
    if (parent === undefined) subscribeToResponses();
  }

  /** The gate of a route: the same, but for the control point and what the route sets itself. */
  forRoute(controlPoint: string, overrides: RouteOverrides<Req, Reply> = {}): Gate<Req, Reply> {
    return new Gate({ ...this.#given, options: { ...this.options, ...overrides, controlPoint } }, this);
  }

  /**
   * True where a request may go on; otherwise it has been answered, or there is nobody left to answer. Ties the end of
   * its flow to the response's. The answer is a promise only where something had to be waited for.
   *
   * A mistake of ours or of an option's function leaves the request unchecked, and is said; only `onReject` may throw.
   */
  admit(exchange: Exchange<Req, Reply>): Awaitable<boolean> {
    const flow = this.#begin(exchange);
    if (flow instanceof Promise) return this.#admitLater(flow, exchange);
    return flow === undefined || this.#decide(flow, exchange);
  }

  async #admitLater(begun: Promise<Flow | undefined>, exchange: Exchange<Req, Reply>): Promise<boolean> {
    const flow = await begun;
    return flow === undefined || this.#decide(flow, exchange);
  }

  /** The flow of a request; undefined where it is not to be checked. Never fails. */
  #begin(exchange: Exchange<Req, Reply>): Awaitable<Flow | undefined> {
    try {
      const controlPoint = this.#controlPointOf(exchange);
      if (controlPoint === undefined) return undefined;
      const own = labelsOfApplication(exchange.request, this.options.labels, this.#settings);
      return own instanceof Promise
        ? this.#startLater(controlPoint, own, exchange)
        : this.#start(controlPoint, own, exchange);
    } catch (cause) {
      return this.#unchecked(cause);
    }
  }

  #unchecked(cause: unknown): undefined {
    this.#settings.complaints.say(
      "admit",
      () => `a request went unchecked: ${cause instanceof Error ? cause.stack : cause}`,
    );
    return undefined;
  }

  #controlPointOf({ request, flow }: Exchange<Req, Reply>): string | undefined {
    const { controlPoint } = this.options;
    if (controlPoint === undefined || this.#mode() === "off" || this.#skips(request)) return undefined;
    const name = typeof controlPoint === "function" ? controlPoint(request) : controlPoint;
    // Mounted twice with one name, as on an application and on its router: still one flow.
    return flow?.controlPoint === name ? undefined : name;
  }

  #skips(request: Req): boolean {
    const { ignores } = this.#settings;
    return (ignores !== undefined && this.#ignores(request, ignores)) || this.options.skip?.(request) === true;
  }

  #ignores(request: Req, ignores: Ignores): boolean {
    const { framework: reader } = this.#given;
    return ignores(reader.message(request).method ?? "", targetPath(reader.target(request)));
  }

  async #startLater(
    controlPoint: string,
    own: Promise<LabelValues>,
    exchange: Exchange<Req, Reply>,
  ): Promise<Flow | undefined> {
    try {
      return await this.#start(controlPoint, await own, exchange);
    } catch (cause) {
      return this.#unchecked(cause);
    }
  }

  #start(controlPoint: string, own: LabelValues, exchange: Exchange<Req, Reply>): Awaitable<Flow | undefined> {
    const labels = this.#labelsOf(controlPoint, own, exchange.request);
    const http = this.#settings.http && this.#whole(exchange.request);
    const call = new GateCall(this.options, { labels, http, exchange });
    const flow = this.options.client.beginFlow(controlPoint, call);
    return flow instanceof Promise ? this.#started(flow, call) : flow;
  }

  async #started(flow: Promise<Flow>, call: GateCall): Promise<Flow | undefined> {
    try {
      return await flow;
    } catch (cause) {
      return this.#unchecked(cause);
    } finally {
      call.answered();
    }
  }

  #labelsOf(controlPoint: string, own: LabelValues, request: Req): LabelSources {
    const plan = this.#planFor(this.options.client.labelsRead?.(controlPoint));
    if (plan.isEmpty) return own;
    const parts = new RequestParts(request, this.#given.framework, this.#settings.ipv6PrefixLength);
    return labelsOfRequest(own, plan, parts);
  }

  /** Made once for each set of policies: who reads which labels is the same for all requests until they change. */
  #planFor(read: ReadonlySet<string> | undefined): RequestLabelPlan {
    if (read === this.#lastRead) return this.#lastPlan;
    const plan = read === undefined ? this.#planOfAll : (this.#plans.get(read) ?? this.#newPlan(read));
    this.#lastRead = read;
    this.#lastPlan = plan;
    return plan;
  }

  #newPlan(read: ReadonlySet<string>): RequestLabelPlan {
    const plan = requestLabelPlan(this.#settings, read);
    this.#plans.set(read, plan);
    return plan;
  }

  #whole(request: Req): FlowHttp | undefined {
    const { http: settings, complaints } = this.#settings;
    const { framework: reader } = this.#given;
    const path = targetPath(reader.target(request));
    return settings && wholeRequest(request, path, { reader, settings, body: this.options.sendBody, complaints });
  }

  #decide(flow: Flow, exchange: Exchange<Req, Reply>): Awaitable<boolean> {
    const { framework } = this.#given;
    const socket = ownSocket(exchange.response);
    if (isAbandoned(exchange, socket)) {
      void flow.end();
      framework.abandon?.(exchange.reply);
      return false;
    }
    exchange.flow = flow;
    framework.showFlow?.(exchange.request, flow);
    try {
      this.#writeHeaders(flow, exchange);
      if (flow.shouldRun() || !this.#isEnforced()) {
        endWithResponse(flow, exchange, socket, this.#settings);
        return true;
      }
    } catch (cause) {
      void flow.end();
      this.#unchecked(cause);
      return true;
    }
    return this.#reject(flow, exchange);
  }

  #reject(
    flow: Flow,
    { message, response, headers, request, reply, requestHeaders }: Exchange<Req, Reply>,
  ): Awaitable<false> {
    flow.setStatus(FlowStatus.Unset);
    void flow.end();
    if (leavesBodyUnread(message)) response.setHeader("Connection", "close");
    const rejection = this.#rejections.of(flow, requestHeaders.accept);
    const { onReject } = this.options;
    if (onReject !== undefined) return Promise.resolve(onReject(rejection, request, reply, flow)).then(() => false);
    for (const name in rejection.headers) headers.setHeader(name, rejection.headers[name] as string);
    this.#given.framework.reject(reply, rejection);
    return false;
  }

  #isEnforced(): boolean {
    const mode = this.#mode();
    return mode !== "shadow" && mode !== "off";
  }

  /** Asked again when the decision is there: whoever turns enforcement off means the requests that wait, too. */
  #mode(): Mode {
    const { mode = "enforce" } = this.options;
    return typeof mode === "function" ? mode() : mode;
  }

  #writeHeaders(flow: Flow, { response, headers }: Exchange<Req, Reply>): void {
    const { rateLimitHeaders, exposeHeaders } = this.#settings;
    const answer = flow.checkResponse();
    // Asked before ours are there: where there are no headers at all, the answer costs next to nothing.
    const exposes = exposeHeaders ?? hasCors(headers);
    try {
      if (rateLimitHeaders !== false && answer !== undefined) {
        this.#headers.write(answer, headers, rateLimitHeaders === "legacy");
      }
      if (exposes) exposeRateLimitHeaders(headers, rateLimitHeaders === "legacy");
    } catch (cause) {
      // They may be on their way already. To ask first would cost each Express request two microseconds.
      if (!response.headersSent) throw cause;
    }
  }
}
