import { Readable } from "node:stream";
import type { Route, RouteControlPoint } from "./app-description.ts";

/** Routes that many cases share, by what they do. */
export const OK: Route = { method: "get", path: "/ok", work: (visit) => visit.send({ body: "fine" }) };

export const ASYNC: Route = {
  method: "get",
  path: "/async",
  work: async (visit) => {
    await Promise.resolve();
    visit.send({ body: "fine" });
  },
};

export const THROWS: Route = {
  method: "get",
  path: "/throws",
  work: () => {
    throw new Error("broken");
  },
};

export const REJECTS: Route = {
  method: "get",
  path: "/rejects",
  work: async () => {
    await Promise.resolve();
    throw new Error("broken");
  },
};

export const NEVER: Route = { method: "get", path: "/never", work: () => new Promise(() => {}) };

/** Reads the whole body and never answers: `close` of the request has come by then. */
export const NEVER_AFTER_BODY: Route = {
  method: "post",
  path: "/never",
  work: async (visit) => {
    await visit.readBody();
    await new Promise(() => {});
  },
};

export const ECHO: Route = {
  method: "post",
  path: "/echo",
  work: async (visit) => visit.send({ body: await visit.readBody() }),
};

export const STREAM: Route = {
  method: "get",
  path: "/stream",
  work: (visit) => visit.send({ body: Readable.from(["one ", "two ", "three"]) }),
};

export const NOT_MODIFIED: Route = {
  method: "get",
  path: "/not-modified",
  work: (visit) => visit.send({ status: 304 }),
};

/** Answers with the status that the path names. */
export const STATUS: Route = {
  method: "get",
  path: "/status/:code",
  work: (visit) => visit.send({ status: Number(visit.message.url?.split("/").at(-1)), body: "so be it" }),
};

/** A route that is a control point of its own. */
export function named(path: string, controlPoint: Omit<RouteControlPoint, "by"> & Partial<RouteControlPoint>): Route {
  return { ...OK, path, controlPoint: { by: "route", ...controlPoint } };
}

/** A door that a case opens when it likes, for work that takes its time. */
export class Door {
  readonly passed: Promise<void>;
  #open: () => void = () => {};

  constructor() {
    this.passed = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  open(): void {
    this.#open();
  }
}
