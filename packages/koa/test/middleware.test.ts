import { createServer } from "node:http";
import { Readable } from "node:stream";
import { type BuildApp, rejectedFor, runningApps, type SuiteOptions } from "@aperture-flow/conformance";
import Router from "@koa/router";
import { expect } from "chai";
import Koa3, { type Context } from "koa";
import Koa2 from "koa2";
import { apertureMiddleware, ControlPoint, controlPoint, flowOf } from "../src/index.ts";

type AddMiddleware = (app: Koa3, options: SuiteOptions) => void;

for (const [version, Koa] of [
  ["2", Koa2],
  ["3", Koa3],
] as const) {
  describe(`what is special in Koa ${version}`, () => {
    const run = runningApps();
    /** An application of its own making, with the options that the ledger listens to. */
    const serving =
      (addMiddleware: AddMiddleware): BuildApp =>
      ({ options }) => {
        const app = new Koa();
        app.silent = true;
        if (options !== undefined) addMiddleware(app, options);
        return createServer(app.callback());
      };

    it("labels a route of a router inside a router", async () => {
      const app = await run(
        serving((koa, options) => {
          const items = new Router({ prefix: "/items" });
          items.get("/:id", controlPoint("item"), (context) => {
            context.body = "an item";
          });
          const shop = new Router({ prefix: "/shop" });
          shop.use(items.routes());
          koa.use(apertureMiddleware({ ...options, controlPoint: undefined }));
          koa.use(shop.routes());
        }),
      );
      expect((await app.request({ path: "/shop/items/7?x=1" })).body).to.equal("an item");
      expect(app.ledger.labels).to.include({ "http.route": "/shop/items/:id", "http.target": "/shop/items/7" });
    });

    it("has no route to speak of without a router", async () => {
      const app = await run(
        serving((koa, options) => {
          koa.use(apertureMiddleware(options));
          koa.use((context) => {
            context.body = flowOf(context)?.controlPoint;
          });
        }),
      );
      expect((await app.request({ path: "/" })).body).to.equal("api");
      expect(app.ledger.labels).not.to.have.property("http.route");
    });

    it("makes one flow where it is used twice with one name, and two with two", async () => {
      const app = await run(
        serving((koa, options) => {
          koa.use(apertureMiddleware(options));
          koa.use(apertureMiddleware(options));
          koa.use(apertureMiddleware({ ...options, controlPoint: "more" }));
          koa.use((context) => {
            context.body = context.state.aperture?.controlPoint;
          });
        }),
      );
      expect((await app.request({ path: "/" })).body).to.equal("more");
      expect(app.ledger.controlPoints).to.deep.equal(["api", "more"]);
    });

    it("still holds the flow when the middleware around it is done, until the answer is written", async () => {
      let openAfterNext: boolean | undefined;
      const app = await run(
        serving((koa, options) => {
          koa.use(async (context, next) => {
            await next();
            openAfterNext = flowOf(context)?.ended === false;
          });
          koa.use(apertureMiddleware(options));
          koa.use((context) => {
            context.body = Readable.from(["a ", "stream"]);
          });
        }),
      );
      expect((await app.request({ path: "/" })).body).to.equal("a stream");
      expect(openAfterNext).to.equal(true);
    });

    it("ends with what an error middleware around it makes of an error", async () => {
      const app = await run(
        serving((koa, options) => {
          koa.use(async (context, next) => {
            await next().catch((error: Error) => {
              context.status = 418;
              context.body = error.message;
            });
          });
          koa.use(apertureMiddleware(options));
          koa.use(() => {
            throw new Error("tea only");
          });
        }),
      );
      expect(await app.request({ path: "/" })).to.include({ status: 418, body: "tea only" });
      await app.settled();
      expect(app.ledger.statuses).to.deep.equal(["OK"]);
    });

    it("ends with the status that Koa gives an error by itself", async () => {
      const app = await run(
        serving((koa, options) => {
          koa.use(apertureMiddleware(options));
          koa.use((context) => context.throw(context.path === "/paid" ? 402 : 503));
        }),
      );
      expect((await app.request({ path: "/paid" })).status).to.equal(402);
      expect((await app.request({ path: "/down" })).status).to.equal(503);
      await app.settled();
      expect(app.ledger.statuses).to.deep.equal(["OK", "Error"]);
    });

    it("ends when a stream breaks in the middle of the answer", async () => {
      const app = await run(
        serving((koa, options) => {
          koa.use(apertureMiddleware(options));
          koa.use((context) => {
            context.body = Readable.from(breaking());
          });
        }),
      );
      const client = await app.connect();
      client.send({ path: "/" });
      await client.untilReceived("half");
      client.abort();
      await app.settled();
      expect(app.ledger.ends).to.have.lengthOf(1);
    });

    it("keeps its rejection from middleware that writes a body only where there is none", async () => {
      const app = await run(
        serving((koa, options) => {
          koa.use(async (context, next) => {
            await next();
            context.body ??= "nothing here";
          });
          koa.use(apertureMiddleware(options));
        }),
        { answers: [rejectedFor(1500)] },
      );
      const answer = await app.request({ path: "/" });
      expect(answer.status).to.equal(429);
      expect(answer.headers["content-type"]).to.equal("application/problem+json; charset=utf-8");
      expect(JSON.parse(answer.body)).to.include({ status: 429 });
    });

    it("decorates methods with fewer parameters", async () => {
      class Orders {
        readonly #list = ["tea"];

        @ControlPoint("orders")
        async list(context: Context): Promise<void> {
          context.body = this.#list;
        }
      }
      const orders = new Orders();
      const app = await run(
        serving((koa, options) => {
          koa.use(apertureMiddleware({ ...options, controlPoint: undefined }));
          koa.use(orders.list.bind(orders));
        }),
      );
      expect((await app.request({ path: "/" })).body).to.equal('["tea"]');
      expect(app.ledger.controlPoints).to.deep.equal(["orders"]);
    });
  });
}

async function* breaking(): AsyncGenerator<string> {
  yield "half";
  throw new Error("broken");
}
