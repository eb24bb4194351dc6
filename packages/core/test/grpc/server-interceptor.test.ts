import { Buffer } from "node:buffer";
import { once } from "node:events";
import {
  Client,
  credentials,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { expect } from "chai";
import { ApertureClient } from "../../src/client.ts";
import { ApertureError } from "../../src/contract/errors.ts";
import type { FlowRecord } from "../../src/contract/flow-record.ts";
import { type FlowControlInterceptorOptions, flowControlInterceptor } from "../../src/grpc/index.ts";
import { accepted, rejected, type ScriptedAnswer, ScriptedControl } from "../../src/testing/index.ts";
import { CollectedWarnings } from "../collected-warnings.ts";
import { lease } from "../sample-decision.ts";
import { until } from "./connected.ts";

const bytes = { serialize: (value: Buffer) => value, deserialize: (value: Buffer) => value };
const ADD = {
  path: "/shop.Cart/Add",
  requestStream: false,
  responseStream: false,
  requestSerialize: bytes.serialize,
  requestDeserialize: bytes.deserialize,
  responseSerialize: bytes.serialize,
  responseDeserialize: bytes.deserialize,
} as const;

interface Shop {
  readonly control: ScriptedControl;
  readonly records: FlowRecord[];
  /** The status that a call ends with. */
  add(metadata?: Metadata, deadline?: number): Promise<Pick<ServiceError, "code" | "metadata">>;
  readonly client: Client;
}

async function shop(
  answers: readonly ScriptedAnswer[],
  work: (shop: Shop) => Promise<void>,
  {
    handler = (_, done) => done(null, Buffer.from("added")),
    ...options
  }: Partial<FlowControlInterceptorOptions> & { handler?: handleUnaryCall<Buffer, Buffer> } = {},
): Promise<void> {
  const records: FlowRecord[] = [];
  const control = Object.assign(new ScriptedControl(...answers), {
    recordFlow: (flow: FlowRecord) => records.push(flow),
  });
  const flows = new ApertureClient({ control, logger: { warn: () => undefined } });
  const server = new Server({
    interceptors: [flowControlInterceptor({ client: flows, controlPoint: "shop", ...options })],
  });
  server.addService({ Add: ADD }, { Add: handler });
  const port = await new Promise<number>((resolve) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (_, bound) => resolve(bound));
  });
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const add: Shop["add"] = (metadata = new Metadata(), deadline = Date.now() + 10_000) =>
    new Promise((resolve) => {
      const { path, requestSerialize, responseDeserialize } = ADD;
      const done = (error: ServiceError | null) => resolve(error ?? { code: status.OK, metadata: new Metadata() });
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        Buffer.from("item"),
        metadata,
        { deadline },
        done,
      );
    });
  try {
    await work({ control, records, add, client });
  } finally {
    client.close();
    server.forceShutdown();
  }
}

describe("flowControlInterceptor", () => {
  it("lets a call in and ends its flow with it", () =>
    shop([accepted({ leases: [lease("a")] })], async ({ control, records, add }) => {
      expect((await add()).code).to.equal(status.OK);
      const [check] = control.checks;
      expect({ ...check?.labels }).to.deep.equal({
        "rpc.service": "shop.Cart",
        "rpc.method": "Add",
        "client.address": "127.0.0.1",
      });
      expect(check?.controlPoint).to.equal("shop");
      await until(() => records.length === 1);
      expect(records[0]?.status).to.equal("OK");
      expect(control.heldLeases).to.deep.equal([]);
    }));

  it("takes labels from metadata, and the control point from the method", () =>
    shop(
      [],
      async ({ control, add }) => {
        const metadata = new Metadata();
        metadata.set("x-user", "alice");
        await add(metadata);
        expect(control.checks[0]).to.deep.include({ controlPoint: "at /shop.Cart/Add" });
        expect(control.checks[0]?.labels).to.include({ user: "alice", "rpc.method": "mine" });
      },
      {
        controlPoint: (path) => `at ${path}`,
        labels: (metadata) => ({ user: String(metadata.get("x-user")[0]), "rpc.method": "mine" }),
      },
    ));

  it("checks nothing where the method has no control point", () =>
    shop(
      [rejected()],
      async ({ control, add }) => {
        expect((await add()).code).to.equal(status.OK);
        expect(control.checks).to.deep.equal([]);
      },
      { controlPoint: () => undefined },
    ));

  for (const [reason, code] of [
    ["rate-limited", status.RESOURCE_EXHAUSTED],
    ["no-tokens", status.UNAVAILABLE],
    ["not-sampled", status.PERMISSION_DENIED],
    ["no-matching-ramp", status.PERMISSION_DENIED],
  ] as const) {
    it(`turns a call away with ${status[code]}: ${reason}`, () => {
      let handled = 0;
      return shop(
        [rejected({ reason, waitMs: 1500.5 }), rejected({ reason })],
        async ({ records, add }) => {
          const waiting = await add();
          expect(waiting.code).to.equal(code);
          expect(waiting.metadata.get("grpc-retry-pushback-ms")).to.deep.equal(["1501"]);
          expect((await add()).metadata.get("grpc-retry-pushback-ms")).to.deep.equal([]);
          expect(handled).to.equal(0);
          expect(records.map(({ status }) => status)).to.deep.equal(["Unset", "Unset"]);
        },
        {
          handler: (_, done) => {
            handled += 1;
            done(null, Buffer.alloc(0));
          },
        },
      );
    });
  }

  it("fails open, or not where it is told to", async () => {
    const error = new ApertureError("APERTURE_TRANSPORT", "gone", { reason: "unavailable" });
    await shop([error], async ({ add }) => {
      expect((await add()).code).to.equal(status.OK);
    });
    await shop(
      [error],
      async ({ add }) => {
        expect((await add()).code).to.equal(status.UNAVAILABLE);
      },
      { onUnreachable: "reject" },
    );
  });

  it("survives functions of its options that throw", async () => {
    const logger = new CollectedWarnings();
    const fail = () => {
      throw new Error("no such user");
    };
    const served = async ({ add }: Shop) => {
      expect((await add()).code).to.equal(status.OK);
    };
    await shop([], served, { labels: fail, logger });
    await shop([], served, { controlPoint: fail, logger });
    const said = "a function of the interceptor's options threw: no such user";
    expect(logger.messages).to.deep.equal([said, said]);
  });

  for (const [code, flowStatus] of [
    [status.INTERNAL, "Error"],
    [status.UNKNOWN, "Error"],
    [status.NOT_FOUND, "OK"],
    [status.INVALID_ARGUMENT, "OK"],
  ] as const) {
    it(`counts ${status[code]} as ${flowStatus}`, () =>
      shop(
        [],
        async ({ records, add }) => {
          expect((await add()).code).to.equal(code);
          await until(() => records.length === 1);
          expect(records[0]?.status).to.equal(flowStatus);
        },
        { handler: (_, done) => done({ code, details: "" }) },
      ));
  }

  it("waits no longer than the caller does", () =>
    shop([], async ({ control, add }) => {
      let timeoutMs: number | undefined;
      control.add((_, call) => {
        ({ timeoutMs } = call);
        return accepted();
      });
      await add(undefined, Date.now() + 500);
      await add(undefined, Date.now() + 500);
      expect(timeoutMs).to.be.within(1, 500);
    }));

  it("ends the flow of a caller that has left, whether decided or not", () => {
    let admit: () => void = () => undefined;
    const slow: ScriptedAnswer = () =>
      new Promise((resolve) => {
        admit = () => resolve(accepted({ leases: [lease("late")] }));
      });
    let handling: () => void = () => undefined;
    const handled = new Promise<void>((resolve) => {
      handling = resolve;
    });
    return shop(
      [accepted({ leases: [lease("a")] }), slow],
      async ({ control, client }) => {
        const call = () => {
          const { path, requestSerialize, responseDeserialize } = ADD;
          return client.makeUnaryRequest(path, requestSerialize, responseDeserialize, Buffer.alloc(0), () => undefined);
        };
        const running = call();
        await handled;
        running.cancel();
        await until(() => control.ends.length === 1);
        const waiting = call();
        await until(() => control.checks.length === 2);
        waiting.cancel();
        await once(waiting, "status");
        await new Promise((resolve) => setTimeout(resolve, 20));
        admit();
        await until(() => control.ends.length === 2);
        expect(control.heldLeases).to.deep.equal([]);
      },
      { handler: () => handling() },
    );
  });
});
