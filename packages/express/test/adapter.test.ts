import { createServer } from "node:http";
import { adapterSuite, type BuildApp, type FrameworkTraits, validatorSuite } from "@aperture-flow/conformance";
import express, { type Express } from "express";
import express4 from "express4";
import { apertureMiddleware } from "../src/index.ts";
import { answerErrors, handlersOf, visitOf } from "./suite-routes.ts";

function buildWith(create: () => Express): BuildApp {
  return ({ options, onReject, headers, trustProxy, routes }) => {
    const app = create();
    app.set("trust proxy", trustProxy);
    app.use((_request, response, next) => {
      response.set(headers);
      next();
    });
    if (options !== undefined) {
      app.use(
        apertureMiddleware({
          ...options,
          onReject: onReject && ((rejection, request, response) => onReject(rejection, visitOf(request, response))),
        }),
      );
    }
    for (const route of routes) app[route.method](route.path, ...handlersOf(route));
    app.use(answerErrors);
    return createServer(app);
  };
}

const traits: FrameworkTraits = { knowsRouteFirst: false, installation: "app.use(apertureMiddleware({ client }))" };

adapterSuite("Express 5", buildWith(express), traits);
adapterSuite("Express 4", buildWith(express4), traits);

validatorSuite("Express 5", buildWith(express));
