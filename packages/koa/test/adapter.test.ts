import { createServer } from "node:http";
import { adapterSuite, type BuildApp, type FrameworkTraits, validatorSuite } from "@aperture-flow/conformance";
import Router from "@koa/router";
import Koa from "koa";
import Koa2 from "koa2";
import { apertureMiddleware } from "../src/index.ts";
import { answerErrors, middlewareOf, visitOf } from "./suite-routes.ts";

function buildWith(create: typeof Koa): BuildApp {
  return ({ options, onReject, headers, trustProxy, routes }) => {
    const app = new create({ proxy: trustProxy });
    app.silent = true;
    app.use(answerErrors);
    app.use((context, next) => {
      context.set({ ...headers });
      return next();
    });
    if (options !== undefined) {
      app.use(
        apertureMiddleware({
          ...options,
          onReject: onReject && ((rejection, context) => onReject(rejection, visitOf(context))),
        }),
      );
    }
    const router = new Router();
    for (const route of routes) router[route.method](route.path, ...middlewareOf(route));
    app.use(router.routes());
    return createServer(app.callback());
  };
}

const traits: FrameworkTraits = { knowsRouteFirst: false, installation: "app.use(apertureMiddleware({ client }))" };

adapterSuite("Koa 3", buildWith(Koa), traits);
adapterSuite("Koa 2", buildWith(Koa2), traits);

validatorSuite("Koa 3", buildWith(Koa));
