import { adapterSuite, type BuildApp, validatorSuite } from "@aperture-flow/conformance";
import fastify from "fastify";
import { aperturePlugin } from "../src/index.ts";
import { addRoute, visitOf } from "./suite-routes.ts";

const build: BuildApp = async ({ options, onReject, headers, trustProxy, routes }) => {
  const app = fastify({ trustProxy });
  app.setErrorHandler<Error>((error, _request, reply) => reply.code(500).send(`framework: ${error.message}`));
  app.addHook("onRequest", async (_request, reply) => {
    reply.headers({ ...headers });
  });
  if (options !== undefined) {
    app.register(aperturePlugin, {
      ...options,
      onReject: onReject && ((rejection, request, reply) => onReject(rejection, visitOf(request, reply))),
    });
  }
  for (const route of routes) addRoute(app, route);
  await app.ready();
  return app.server;
};

adapterSuite("Fastify 5", build, {
  knowsRouteFirst: true,
  installation: "app.register(aperturePlugin, { client })",
});

validatorSuite("Fastify 5", build);
