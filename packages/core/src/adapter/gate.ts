import type { Awaitable } from "../contract/flow-control.ts";
import { FlowStatus } from "../contract/flow-status.ts";
import type { Flow } from "../flow.ts";
import type { LabelValues } from "../labels.ts";
import { exposeRateLimitHeaders, leavesBodyUnread } from "./answer-headers.ts";
import { Departure } from "./departure.ts";
import { type Exchange, isAbandoned, ResponseEnd, type ResponseEndOptions, SocketWatch } from "./end-with-response.ts";
import { flowOfMessage, setFlowOfMessage } from "./exchange-state.ts";
import { type FlowSubject, GateParams } from "./gate-params.ts";
import { type GateSettings, gateSettings } from "./gate-settings.ts";
import { type RequestReader, targetPath } from "./http-labels.ts";
import { wholeRequest } from "./http-request.ts";
import type { AdapterOptions, Mode, RouteOverrides } from "./options.ts";
import { RateLimitHeaders } from "./rate-limit-headers.ts";
import { type Rejection, rejectionOf } from "./rejection.ts";
import { labelsOfApplication, labelsOfRequest } from "./request-labels.ts";

/** What became of one request at one control point. */
export interface Admission {
  readonly flow: Flow;
  /** How to answer; undefined where the request may go on. */
  readonly rejection?: Rejection | undefined;
  /** The client left while the check was made: neither run the work nor answer. */
  readonly abandoned: boolean;
}

export interface GateOptions<Req, Reply> {
  readonly options: AdapterOptions<Req, Reply>;
  readonly reader: RequestReader<Req>;
  /** Options that only this adapter has. */
  readonly extraNames?: readonly string[] | undefined;
}

interface Subject extends FlowSubject {
  readonly own: Awaitable<LabelValues>;
  readonly labels: LabelValues[];
}

/**
 * Where requests of one application, or of one route, become flows: which control point, with which labels, and what
 * the answer means. Everything that the adapters have in common.
 */
export class Gate<Req, Reply = unknown> {
  readonly options: AdapterOptions<Req, Reply>;
  readonly #given: GateOptions<Req, Reply>;
  readonly #settings: GateSettings;
  readonly #sockets: SocketWatch;
  readonly #endOptions: ResponseEndOptions;
  readonly #headers: RateLimitHeaders;

  /** @throws ApertureError APERTURE_OPTION_INVALID with what to write instead. */
  constructor(given: GateOptions<Req, Reply>, parent?: Gate<Req, Reply>) {
    this.#given = given;
    this.options = given.options;
    this.#settings = gateSettings(given.options, given.extraNames ?? []);
    this.#sockets = parent === undefined ? new SocketWatch() : parent.#sockets;
    this.#endOptions = { ...this.#settings, sockets: this.#sockets };
    this.#headers = parent === undefined ? new RateLimitHeaders() : parent.#headers;
  }

  /** The gate of a route: the same, but for the control point and what the route sets itself. */
  forRoute(controlPoint: string, overrides: RouteOverrides<Req, Reply> = {}): Gate<Req, Reply> {
    return new Gate({ ...this.#given, options: { ...this.options, ...overrides, controlPoint } }, this);
  }

  /**
   * Asks whether a request may go on; undefined where it is not to be checked. Ties the flow's end to the response's.
   * Never rejects: a mistake of ours or of an option's function leaves the request unchecked, and is said.
   */
  admit(request: Req, exchange: Exchange): Awaitable<Admission | undefined> {
    try {
      const path = targetPath(this.#given.reader.target(request));
      const controlPoint = this.#controlPointOf(request, path, exchange);
      if (controlPoint === undefined) return undefined;
      return this.#start(controlPoint, this.#subjectOf(request, path), exchange);
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

  #controlPointOf(request: Req, path: string, { message }: Exchange): string | undefined {
    const { controlPoint, skip } = this.options;
    if (controlPoint === undefined || this.#mode() === "off") return undefined;
    if (this.#settings.ignores(message.method ?? "", path) || skip?.(request) === true) return undefined;
    const name = typeof controlPoint === "function" ? controlPoint(request) : controlPoint;
    // Mounted twice with one name, as on an application and on its router: still one flow.
    return flowOfMessage(message)?.controlPoint === name ? undefined : name;
  }

  #subjectOf(request: Req, path: string): Subject {
    const { reader } = this.#given;
    const { http: settings, complaints } = this.#settings;
    return {
      labels: labelsOfRequest(request, path, { reader, settings: this.#settings }),
      own: labelsOfApplication(request, this.options, this.#settings),
      http: settings && wholeRequest(request, path, { reader, settings, body: this.options.sendBody, complaints }),
    };
  }

  async #start(controlPoint: string, subject: Subject, exchange: Exchange): Promise<Admission | undefined> {
    let flow: Flow | undefined;
    let params: GateParams | undefined;
    try {
      const { own, labels } = subject;
      labels.unshift(own instanceof Promise ? await own : own);
      params = new GateParams(this.options, subject, new Departure(exchange, this.#sockets));
      flow = await this.options.client.startFlow(controlPoint, params);
      return this.#admission(flow, exchange);
    } catch (cause) {
      void flow?.end();
      return this.#unchecked(cause);
    } finally {
      params?.departure.stop();
    }
  }

  #admission(flow: Flow, exchange: Exchange): Admission {
    if (isAbandoned(exchange)) {
      void flow.end();
      return { flow, abandoned: true };
    }
    setFlowOfMessage(exchange.message, flow);
    this.#writeHeaders(flow, exchange);
    if (flow.shouldRun() || !this.#isEnforced()) {
      new ResponseEnd(flow, exchange, this.#endOptions);
      return { flow, abandoned: false };
    }
    flow.setStatus(FlowStatus.Unset);
    void flow.end();
    if (leavesBodyUnread(exchange.message)) exchange.response.setHeader("Connection", "close");
    return { flow, abandoned: false, rejection: rejectionOf(flow, exchange.message.headers.accept) };
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

  #writeHeaders(flow: Flow, { response, headers = response }: Exchange): void {
    if (response.headersSent) return;
    const { rateLimitHeaders, exposeHeaders } = this.#settings;
    const answer = flow.checkResponse();
    if (rateLimitHeaders !== false && answer !== undefined) {
      this.#headers.write(answer, rateLimitHeaders === "legacy", (name, value) => response.setHeader(name, value));
    }
    exposeRateLimitHeaders(headers, exposeHeaders, rateLimitHeaders === "legacy");
  }
}
