import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import type { Flow } from "@aperture-flow/core";
import type { AdapterOptions, Rejection } from "@aperture-flow/core/adapter";

/** As much of a request as every framework's own has. */
export interface AnyRequest {
  readonly headers: IncomingHttpHeaders;
  readonly method: string;
  readonly url: string;
}

/** The options that mean the same in every framework; `onReject` answers in the framework's own way. */
export type SuiteOptions = Omit<AdapterOptions<AnyRequest>, "onReject">;
export type SuiteOverrides = Partial<Omit<SuiteOptions, "controlPoint">>;

/** An application, described without its framework. */
export interface AppDescription {
  /** Undefined: the adapter is not installed. */
  readonly options: SuiteOptions | undefined;
  readonly onReject?: ((rejection: Rejection, visit: Visit) => unknown) | undefined;
  /** What a plugin before the adapter puts on every answer, as CORS does, in the framework's own way. */
  readonly headers: Readonly<Record<string, string>>;
  /** The client's address comes from `X-Forwarded-For`. */
  readonly trustProxy: boolean;
  readonly routes: readonly Route[];
}

export interface Route {
  readonly method: "get" | "post";
  /** Parameters as `:name`. */
  readonly path: string;
  readonly work: (visit: Visit) => void | Promise<void>;
  /** Makes the route a control point of its own. */
  readonly controlPoint?: RouteControlPoint | undefined;
}

export interface RouteControlPoint {
  readonly name: string;
  readonly overrides?: SuiteOverrides | undefined;
  /** Whether `controlPoint(name)` stands before the work, or the work is a method with `@ControlPoint(name)`. */
  readonly by: "route" | "decorator";
}

/** One request inside its route. */
export interface Visit {
  readonly message: IncomingMessage;
  /** What `flowOf` says. */
  readonly flow: Flow | undefined;
  /** What the property of the framework's request says. */
  readonly property: Flow | undefined;
  /** Answers in the framework's own way. */
  send(answer: Answer): void;
  /** Takes the raw response from the framework, which then leaves it alone. */
  takeOver(): ServerResponse;
  readBody(): Promise<string>;
}

export interface Answer {
  /** 200 by default. */
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Readable | undefined;
}

/**
 * Builds the application in a framework and returns its server, not listening yet. Whatever reaches the framework's error
 * handling is answered with status 500 and the body `framework: <message>`.
 */
export type BuildApp = (app: AppDescription) => Server | Promise<Server>;

/** In what the frameworks rightly differ. */
export interface FrameworkTraits {
  /** The route is known before the adapter is asked, so that its name can replace the application's. */
  readonly knowsRouteFirst: boolean;
  /** The call that installs the adapter, as an error has to name it. */
  readonly installation: string;
}
