import { createServer, type Server } from "node:http";
import type { ApertureClient } from "@aperture-flow/core";
import * as onExpress from "@aperture-flow/express";
import * as onFastify from "@aperture-flow/fastify";
import * as onKoa from "@aperture-flow/koa";
import express from "express";
import fastify from "fastify";
import Koa from "koa";

/** The paths that Aperture's `sdk-validator` asks for; only the first is under flow control. */
const CONTROLLED = "/super";
const CONNECTED = "/connected";
const HEALTH = "/health";

const HEALTHY = "Healthy";

/** What each framework does, as a server that does not listen yet. */
export const APPS: Readonly<Record<string, (client: ApertureClient) => Promise<Server>>> = {
  express: onExpressServer,
  fastify: onFastifyServer,
  koa: onKoaServer,
};

async function onExpressServer(client: ApertureClient): Promise<Server> {
  const app = express();
  app.use(onExpress.apertureMiddleware({ client }));
  app.get(CONTROLLED, onExpress.controlPoint("awesome-feature"), (_request, response) => {
    response.status(202).send("done");
  });
  app.get(CONNECTED, (_request, response) => {
    const { status, text } = connection(client);
    response.status(status).send(text);
  });
  app.get(HEALTH, (_request, response) => {
    response.send(HEALTHY);
  });
  return createServer(app);
}

async function onFastifyServer(client: ApertureClient): Promise<Server> {
  const app = fastify();
  await app.register(onFastify.aperturePlugin, { client });
  app.get(CONTROLLED, onFastify.controlPoint("awesome-feature"), async (_request, reply) => {
    reply.code(202);
    return "done";
  });
  app.get(CONNECTED, async (_request, reply) => {
    const { status, text } = connection(client);
    reply.code(status);
    return text;
  });
  app.get(HEALTH, async () => HEALTHY);
  await app.ready();
  return app.server;
}

async function onKoaServer(client: ApertureClient): Promise<Server> {
  const app = new Koa();
  const ignoredPaths = [CONNECTED, HEALTH];
  app.use(onKoa.apertureMiddleware({ client, controlPoint: "awesome-feature", ignoredPaths }));
  app.use((context) => {
    if (context.path === CONTROLLED) answer(context, { status: 202, text: "done" });
    else if (context.path === CONNECTED) answer(context, connection(client));
    else if (context.path === HEALTH) answer(context, { status: 200, text: HEALTHY });
  });
  return createServer(app.callback());
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** 200 once the agent can be asked. */
function connection(client: ApertureClient): Answer {
  const state = client.getState();
  return { status: state === "ready" ? 200 : 503, text: state };
}

function answer(context: Koa.Context, { status, text }: Answer): void {
  context.status = status;
  context.body = text;
}
