import { createServer } from "node:http";
import { acceptedBy, type BuildApp, decisionOf, runningApps, type SuiteOptions } from "@aperture-flow/conformance";
import { expect } from "chai";
import express5, { type ErrorRequestHandler, type Express } from "express";
import express4 from "express4";
import { apertureMiddleware, ControlPoint, controlPoint, flowOf } from "../src/index.ts";

type AddRoutes = (app: Express, options: SuiteOptions) => void;

for (const [version, express] of [
  ["4", express4],
  ["5", express5],
] as const) {
  describe(`what is special in Express ${version}`, () => {
    const run = runningApps();
    /** An application of its own making, with the options that the ledger listens to. */
    const serving =
      (addRoutes: AddRoutes): BuildApp =>
      ({ options }) => {
        const app = express();
        app.set("env", "test");
        if (options !== undefined) addRoutes(app, options);
        return createServer(app);
      };

    it("labels a route of a mounted application with where it is mounted", async () => {
      const app = await run(
        serving((outer, options) => {
          const shop = express();
          shop.get("/items/:id", controlPoint("item"), (_request, response) => response.send("an item"));
          outer.use(apertureMiddleware({ ...options, controlPoint: undefined }));
          outer.use("/shop", shop);
        }),
      );
      expect((await app.request({ path: "/shop/items/7?x=1" })).body).to.equal("an item");
      expect(app.ledger.labels).to.include({ "http.route": "/shop/items/:id", "http.target": "/shop/items/7" });
    });

    it("labels a route of a router inside a router", async () => {
      const app = await run(
        serving((outer, options) => {
          const items = express.Router();
          const shop = express.Router();
          items.get(/^\/\d+$/, controlPoint("item"), (_request, response) => response.send("an item"));
          shop.use("/items", items);
          outer.use(apertureMiddleware({ ...options, controlPoint: undefined }));
          outer.use("/shop", shop);
        }),
      );
      expect((await app.request({ path: "/shop/items/7" })).body).to.equal("an item");
      expect(app.ledger.labels["http.route"]).to.equal("/shop/items/^\\/\\d+$/");
    });

    it("makes one flow where it is mounted twice with one name, and two with two", async () => {
      const app = await run(
        serving((outer, options) => {
          outer.use(apertureMiddleware(options));
          const inner = express.Router();
          inner.use(apertureMiddleware(options));
          inner.use("/more", apertureMiddleware({ ...options, controlPoint: "more" }));
          inner.use((request, response) => void response.send(flowOf(request)?.controlPoint));
          outer.use("/inner", inner);
        }),
      );
      expect((await app.request({ path: "/inner/once" })).body).to.equal("api");
      expect(app.ledger.controlPoints).to.deep.equal(["api"]);
      expect((await app.request({ path: "/inner/more" })).body).to.equal("more");
      expect(app.ledger.controlPoints).to.deep.equal(["api", "api", "more"]);
    });

    it("checks each route that a request falls through to", async () => {
      const app = await run(
        serving((outer, options) => {
          outer.use(apertureMiddleware({ ...options, controlPoint: undefined }));
          outer.get("/item", controlPoint("first"), (_request, _response, next) => next("route"));
          outer.get("/item", controlPoint("second"), (_request, response) => response.send("second"));
        }),
      );
      expect((await app.request({ path: "/item" })).body).to.equal("second");
      expect(app.ledger.controlPoints).to.deep.equal(["first", "second"]);
    });

    it("ends with what the error middleware makes of an error", async () => {
      const app = await run(
        serving((outer, options) => {
          outer.use(apertureMiddleware(options));
          outer.get("/teapot", (_request, _response, next) => next(new Error("tea only")));
          const asTeapot: ErrorRequestHandler = (error, _request, response, _next) => {
            response.status(418).send(error.message);
          };
          outer.use(asTeapot);
        }),
      );
      expect(await app.request({ path: "/teapot" })).to.include({ status: 418, body: "tea only" });
      await app.settled();
      expect(app.ledger.statuses).to.deep.equal(["OK"]);
    });

    it("ends when the error middleware throws too", async () => {
      const app = await run(
        serving((outer, options) => {
          outer.use(apertureMiddleware(options));
          outer.get("/broken", (_request, _response, next) => next(new Error("first")));
          const broken: ErrorRequestHandler = (_error, _request, _response, _next) => {
            throw new Error("second");
          };
          outer.use(broken);
        }),
      );
      expect((await app.request({ path: "/broken" })).status).to.equal(500);
      await app.settled();
      expect(app.ledger.statuses).to.deep.equal(["Error"]);
    });

    it("ends when the work throws with half of its answer sent", async () => {
      const app = await run(
        serving((outer, options) => {
          outer.use(apertureMiddleware(options));
          outer.get("/half", (_request, response) => {
            response.write("half");
            throw new Error("broken");
          });
        }),
      );
      const client = await app.connect();
      client.send({ path: "/half" });
      await app.deserted();
      await app.settled();
      expect(app.ledger.ends).to.have.lengthOf(1);
    });

    it("checks a request whose answer has begun", async () => {
      const app = await run(
        serving((outer, options) => {
          outer.use((_request, response, next) => {
            response.write("early, ");
            next();
          });
          outer.use(apertureMiddleware(options));
          outer.use((_request, response) => void response.end("late"));
        }),
        { answers: [acceptedBy(decisionOf())] },
      );
      expect((await app.request({ path: "/" })).body).to.equal("early, late");
      await app.settled();
      expect(app.ledger.statuses).to.deep.equal(["OK"]);
      expect(app.ledger.warnings).to.deep.equal([]);
    });

    it("checks once though a middleware calls next twice", async () => {
      const app = await run(
        serving((outer, options) => {
          outer.use(apertureMiddleware(options));
          outer.get(
            "/twice",
            (_request, _response, next) => {
              next();
              next();
            },
            (_request, response) => void (response.headersSent || response.send("once")),
          );
        }),
      );
      expect((await app.request({ path: "/twice" })).body).to.equal("once");
      expect(app.ledger.controlPoints).to.deep.equal(["api"]);
    });

    it("believes as many proxies as the application declares", async () => {
      const app = await run(
        serving((outer, options) => {
          outer.set("trust proxy", 1);
          outer.use(apertureMiddleware(options));
        }),
      );
      await app.request({ path: "/", headers: { "X-Forwarded-For": "6.6.6.6, 203.0.113.9" } });
      expect(app.ledger.labels["client.address"]).to.equal("203.0.113.9");
    });

    it("decorates methods with fewer parameters, and passes on what async ones reject with", async () => {
      class Orders {
        readonly #list = ["tea"];

        @ControlPoint("orders")
        async list(_request: express5.Request, response: express5.Response): Promise<express5.Response> {
          return response.json(this.#list);
        }

        @ControlPoint("orders")
        async remove(): Promise<never> {
          throw new Error("not yours");
        }
      }
      const orders = new Orders();
      const app = await run(
        serving((outer, options) => {
          outer.use(apertureMiddleware({ ...options, controlPoint: undefined }));
          outer.get("/orders", orders.list.bind(orders));
          outer.delete("/orders", orders.remove.bind(orders));
        }),
      );
      expect((await app.request({ path: "/orders" })).body).to.equal('["tea"]');
      expect((await app.request({ method: "DELETE", path: "/orders" })).body).to.contain("not yours");
      await app.settled();
      expect(app.ledger.statuses).to.deep.equal(["OK", "Error"]);
    });
  });
}

describe("what is special in Express 5 only", () => {
  const run = runningApps();

  it("ends with Error where an async handler rejects, which Express passes on by itself", async () => {
    const app = await run(({ options }) => {
      const rejecting = express5();
      rejecting.set("env", "test");
      if (options !== undefined) rejecting.use(apertureMiddleware(options));
      rejecting.get("/", async () => {
        throw new Error("broken");
      });
      return createServer(rejecting);
    });
    expect((await app.request({ path: "/" })).status).to.equal(500);
    await app.settled();
    expect(app.ledger.statuses).to.deep.equal(["Error"]);
  });
});
