import { type BuildApp, rejectedFor, runningApps, type SuiteOptions, until } from "@aperture-flow/conformance";
import { rejected } from "@aperture-flow/core/testing";
import websocket from "@fastify/websocket";
import { expect } from "chai";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { aperturePlugin, ControlPoint, controlPoint, flowOf } from "../src/index.ts";

type AddRoutes = (app: FastifyInstance, options: SuiteOptions) => void;

const HANDSHAKE = {
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** An application of its own making, with the options that the ledger listens to. */
function serving(addRoutes: AddRoutes): BuildApp {
  return async ({ options }) => {
    const app = fastify();
    if (options !== undefined) addRoutes(app, options);
    await app.ready();
    return app.server;
  };
}

describe("what is special in Fastify 5", () => {
  const run = runningApps();

  it("checks the routes of the plugin it is registered in, and no others", async () => {
    const app = await run(
      serving((outer, options) => {
        outer.register(async (inner) => {
          inner.get("/before", async () => "fine");
          await inner.register(aperturePlugin, options);
          inner.get("/inside", async () => "fine");
          inner.register(async (innermost) => {
            innermost.get("/innermost", async () => "fine");
          });
        });
        outer.get("/outside", async () => "fine");
      }),
    );
    for (const path of ["/before", "/inside", "/innermost", "/outside"]) {
      expect((await app.request({ path })).status, path).to.equal(200);
    }
    const checked = app.ledger.control.checks.map(({ labels }) => labels["http.route"]);
    expect(checked).to.deep.equal(["/before", "/inside", "/innermost"]);
  });

  it("makes one flow where it is registered twice with one name, and two with two", async () => {
    const app = await run(
      serving((outer, options) => {
        outer.register(aperturePlugin, options);
        outer.register(async (inner) => {
          await inner.register(aperturePlugin, options);
          inner.get("/same", async (request) => flowOf(request)?.controlPoint);
        });
        outer.register(async (inner) => {
          await inner.register(aperturePlugin, { ...options, controlPoint: "more" });
          inner.get("/more", async (request) => request.aperture?.controlPoint);
        });
      }),
    );
    expect((await app.request({ path: "/same" })).body).to.equal("api");
    expect((await app.request({ path: "/more" })).body).to.equal("more");
    expect(app.ledger.controlPoints).to.deep.equal(["api", "api", "more"]);
  });

  it("waits for the body where labels need it", async () => {
    const app = await run(
      serving((outer, options) => {
        const labels = (request: FastifyRequest) => ({ user: (request.body as { user: string }).user });
        outer.register(aperturePlugin, { ...options, hook: "preHandler", labels });
        outer.post("/login", async () => "welcome");
      }),
    );
    const headers = { "Content-Type": "application/json" };
    await app.request({ method: "POST", path: "/login", headers, body: '{"user":"alice"}' });
    expect(app.ledger.labels["user"]).to.equal("alice");
  });

  it("ends the flow of a request whose body Fastify refuses", async () => {
    const app = await run(
      serving((outer, options) => {
        outer.register(aperturePlugin, options);
        outer.post("/login", async () => "welcome");
      }),
    );
    const headers = { "Content-Type": "application/json" };
    expect((await app.request({ method: "POST", path: "/login", headers, body: "{" })).status).to.equal(400);
    await app.settled();
    expect(app.ledger.statuses).to.deep.equal(["OK"]);
  });

  it("takes a control point spread into the options of a route", async () => {
    const app = await run(
      serving((outer, options) => {
        outer.register(aperturePlugin, options);
        outer.route({ method: "GET", url: "/pay", ...controlPoint("pay"), handler: async () => "paid" });
      }),
    );
    expect((await app.request({ path: "/pay" })).body).to.equal("paid");
    expect(app.ledger.controlPoints).to.deep.equal(["pay"]);
  });

  it("checks a path that no route has, and knows no route for it", async () => {
    const app = await run(
      serving((outer, options) => {
        outer.register(aperturePlugin, options);
      }),
      { answers: [rejected()] },
    );
    expect((await app.request({ path: "/nowhere" })).status).to.equal(429);
    expect(app.ledger.labels).not.to.have.property("http.route");
  });

  it("makes no flow of a path that Fastify refuses before any hook", async () => {
    const app = await run(
      serving((outer, options) => {
        outer.register(aperturePlugin, options);
      }),
    );
    expect((await app.request({ path: "/%zz" })).status).to.equal(400);
    expect(app.ledger.controlPoints).to.deep.equal([]);
  });

  it("ends when a hijacked reply is left alone and the client leaves", async () => {
    const app = await run(
      serving((outer, options) => {
        outer.register(aperturePlugin, options);
        outer.post("/taken", (_request, reply) => void reply.hijack());
      }),
    );
    const client = await app.connect();
    client.send({ method: "POST", path: "/taken", headers: { "Content-Type": "text/plain" }, body: "text" });
    await until(() => app.ledger.flows.length === 1, "the flow");
    client.abort();
    await app.settled();
    expect(app.ledger.statuses).to.deep.equal(["OK"]);
  });

  it("ends with an injected request, which has no socket", async () => {
    let inject: FastifyInstance["inject"] | undefined;
    const app = await run(
      serving((outer, options) => {
        outer.register(aperturePlugin, options);
        outer.get("/ok", async () => "fine");
        inject = outer.inject.bind(outer);
      }),
      { answers: [{ accepted: true, decisions: [], leases: [] }, rejectedFor(1500)] },
    );
    expect((await inject?.("/ok"))?.body).to.equal("fine");
    const turnedAway = await inject?.({ url: "/ok", headers: { accept: "text/plain" } });
    expect(turnedAway?.statusCode).to.equal(429);
    expect(turnedAway?.headers).to.include({ "retry-after": "2", ratelimit: '"login";r=0;t=2' });
    await app.settled();
    expect(app.ledger.statuses).to.deep.equal(["OK", "Unset"]);
  });

  it("fails to start, and says why, with options that cannot be used", async () => {
    const app = fastify();
    // What a program without types might say.
    app.register(aperturePlugin, JSON.parse("{}"));
    const failure: unknown = await app.ready().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.include({ code: "APERTURE_OPTION_INVALID" });
    await app.close();
  });

  it("decorates methods that return their answer", async () => {
    class Orders {
      readonly #list = ["tea"];

      @ControlPoint("orders")
      async list(_request: FastifyRequest, reply: FastifyReply): Promise<readonly string[]> {
        reply.header("X-Orders", "1");
        return this.#list;
      }
    }
    const orders = new Orders();
    const app = await run(
      serving((outer, options) => {
        outer.register(aperturePlugin, { ...options, controlPoint: undefined });
        outer.get("/orders", orders.list.bind(orders));
      }),
    );
    const answer = await app.request({ path: "/orders" });
    expect(answer.body).to.equal('["tea"]');
    expect(answer.headers["x-orders"]).to.equal("1");
    expect(app.ledger.controlPoints).to.deep.equal(["orders"]);
  });

  describe("websocket routes", () => {
    const sockets = serving((outer, options) => {
      outer.register(websocket);
      outer.register(aperturePlugin, { ...options, controlPoint: undefined });
      outer.register(async (inner) => {
        inner.get("/ws", { websocket: true, ...controlPoint("ws") }, (socket) => socket.send("hello"));
      });
    });

    it("hold their flow until the socket closes", async () => {
      const app = await run(sockets);
      const client = await app.connect();
      client.send({ path: "/ws", headers: HANDSHAKE });
      await client.untilReceived("101 Switching Protocols");
      await client.untilReceived("hello");
      expect(app.ledger.controlPoints).to.deep.equal(["ws"]);
      expect(app.ledger.ends).to.have.lengthOf(0);
      client.abort();
      await app.settled();
      expect(app.ledger.ends).to.have.lengthOf(1);
    });

    it("refuse the handshake of a rejected flow", async () => {
      const app = await run(sockets, { answers: [rejectedFor(1500)] });
      const client = await app.connect();
      client.send({ path: "/ws", headers: HANDSHAKE });
      await client.untilReceived("429 Too Many Requests");
      await client.untilReceived("retry-after: 2");
      client.abort();
    });
  });
});
