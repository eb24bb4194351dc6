import type { IncomingHttpHeaders, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ApertureClient } from "@aperture-flow/core";
import * as onExpress from "@aperture-flow/express";
import * as onFastify from "@aperture-flow/fastify";
import * as onKoa from "@aperture-flow/koa";
import express from "express";
import fastify from "fastify";
import Koa from "koa";
import type { Ports } from "./arguments.ts";

/** One of the three applications, listening. */
export interface App {
  readonly framework: string;
  readonly controlPoint: string;
  readonly url: string;
  close(): Promise<void>;
}

/** Who calls, and on which tier. A real service would know this from the caller's credentials, never from a header. */
function labels(headers: IncomingHttpHeaders) {
  const tenant = String(headers["x-tenant"] ?? "anonymous");
  return { tenant, tier: tenant === "gold" ? "gold" : "free" };
}

/** Stands for a database. */
async function work(): Promise<{ done: true }> {
  await sleep(20 + Math.random() * 60);
  return { done: true };
}

/** Starts an Express, a Fastify and a Koa application that share one client. */
export async function startApps(client: ApertureClient, ports: Ports): Promise<readonly App[]> {
  const apps: App[] = [];
  try {
    apps.push(await startExpress(client, ports.express));
    apps.push(await startFastify(client, ports.fastify));
    apps.push(await startKoa(client, ports.koa));
    return apps;
  } catch (error) {
    await Promise.all(apps.map((app) => app.close()));
    throw error;
  }
}

async function startExpress(client: ApertureClient, port: number): Promise<App> {
  const app = express();
  app.use(onExpress.apertureMiddleware({ client, controlPoint: "orders", labels: (req) => labels(req.headers) }));
  app.get("/orders", async (_req, res) => {
    res.json(await work());
  });
  return listening("Express", "orders", await listen("Express", port, () => app.listen(port, "127.0.0.1")));
}

async function startFastify(client: ApertureClient, port: number): Promise<App> {
  const app = fastify({ forceCloseConnections: true });
  await app.register(onFastify.aperturePlugin, { client, labels: (request) => labels(request.headers) });
  app.get("/catalog", onFastify.controlPoint("catalog"), work);
  await app.listen({ port, host: "127.0.0.1" }).catch((error: unknown) => {
    throw portError("Fastify", port, error);
  });
  return { ...listening("Fastify", "catalog", app.server), close: () => app.close() };
}

async function startKoa(client: ApertureClient, port: number): Promise<App> {
  const app = new Koa();
  app.use(onKoa.apertureMiddleware({ client, controlPoint: "reports", labels: (ctx) => labels(ctx.req.headers) }));
  app.use(async (ctx) => {
    ctx.body = await work();
  });
  return listening("Koa", "reports", await listen("Koa", port, () => app.listen(port, "127.0.0.1")));
}

function listen(framework: string, port: number, start: () => Server): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = start();
    server.once("listening", () => resolve(server));
    server.once("error", (error) => reject(portError(framework, port, error)));
  });
}

function portError(framework: string, port: number, error: unknown): Error {
  const busy = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  if (!busy) return error instanceof Error ? error : new Error(String(error));
  const flag = `--${framework.toLowerCase()}-port`;
  return new Error(
    `port ${port} for the ${framework} application is in use; choose another with ${flag} N (0: any free one)`,
  );
}

function listening(framework: string, controlPoint: string, server: Server): App {
  const { port } = server.address() as AddressInfo;
  return {
    framework,
    controlPoint,
    url: `http://127.0.0.1:${port}/${controlPoint}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
