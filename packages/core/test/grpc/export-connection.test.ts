import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { status } from "@grpc/grpc-js";
import { expect } from "chai";
import { agentSettings } from "../../src/agent-options.ts";
import { Complaints } from "../../src/complaints.ts";
import { ExportConnection } from "../../src/grpc/export-connection.ts";
import { WIRE } from "../../src/grpc/wire/load-proto.ts";
import { CollectedWarnings } from "../collected-warnings.ts";

interface Export {
  readonly encoding: string | undefined;
  readonly compressed: boolean;
  readonly message: Buffer;
}

/** Takes exports as they are on the wire, and answers them with a status. */
class WireAgent {
  readonly exports: Export[] = [];
  connections = 0;
  readonly #server: Http2Server = createServer();
  readonly #sessions = new Set<{ destroy(): void }>();

  constructor(statusOf: (taken: Export) => status) {
    this.#server.on("session", (session) => {
      this.connections += 1;
      this.#sessions.add(session);
    });
    this.#server.on("stream", (stream, headers) => void this.#answer(stream, headers, statusOf));
  }

  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    for (const session of this.#sessions) session.destroy();
    this.#server.close();
  }

  async #answer(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    statusOf: (taken: Export) => status,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const frame = Buffer.concat(chunks);
    const compressed = frame[0] === 1;
    const message = compressed ? gunzipSync(frame.subarray(5)) : frame.subarray(5);
    const taken: Export = { encoding: headers["grpc-encoding"] as string | undefined, compressed, message };
    this.exports.push(taken);
    const code = statusOf(taken);
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": code }));
    stream.end(code === status.OK ? Buffer.alloc(5) : undefined);
  }
}

/** An agent and a connection for exports to it, whose spans are the messages themselves. */
async function exporting(
  statusOf: (taken: Export) => status,
  work: (connection: ExportConnection, agent: WireAgent) => Promise<void>,
): Promise<void> {
  const agent = new WireAgent(statusOf);
  const address = await agent.listen();
  const settings = agentSettings({ address, insecure: true }, new Complaints(new CollectedWarnings()));
  const connection = new ExportConnection(settings, {
    ...WIRE.exportTraces,
    name: "Export",
    lane: { most: 4, outstanding: 0 },
    requestSerialize: (spans) => Buffer.concat(spans),
  });
  try {
    await work(connection, agent);
  } finally {
    connection.close();
    agent.stop();
  }
}

const SPANS = Array.from({ length: 100 }, () => Buffer.from("a span like all the others"));

describe("ExportConnection", () => {
  it("compresses what it sends", () =>
    exporting(
      () => status.OK,
      async (connection, agent) => {
        await connection.send(SPANS);
        await connection.send(SPANS);
        const message = Buffer.concat(SPANS);
        const expected = { encoding: "gzip", compressed: true, message };
        expect(agent.exports).to.deep.equal([expected, expected]);
        expect(agent.connections).to.equal(1);
      },
    ));

  it("sends as they are what an agent cannot read compressed, and from then on all", () =>
    exporting(
      ({ compressed }) => (compressed ? status.UNIMPLEMENTED : status.OK),
      async (connection, agent) => {
        await Promise.all([connection.send(SPANS), connection.send(SPANS)]);
        await connection.send(SPANS);
        const plain = agent.exports.filter(({ compressed }) => !compressed);
        expect(plain).to.have.length(3);
        expect(agent.exports).to.have.length(5);
        for (const { encoding, message } of plain) {
          expect(encoding).to.equal(undefined);
          expect(message.equals(Buffer.concat(SPANS))).to.equal(true);
        }
      },
    ));

  it("fails where the agent does not have the method, and asks twice for that", () =>
    exporting(
      () => status.UNIMPLEMENTED,
      async (connection, agent) => {
        const reasons: unknown[] = [];
        for (let calls = 0; calls < 2; calls += 1) {
          await connection.send(SPANS).catch(({ reason }) => reasons.push(reason));
        }
        expect(reasons).to.deep.equal(["agent-error", "agent-error"]);
        expect(agent.exports).to.have.length(2);
      },
    ));

  it("does not send again what was refused for another reason", () =>
    exporting(
      () => status.RESOURCE_EXHAUSTED,
      async (connection, agent) => {
        const error = await connection.send(SPANS).catch((cause) => cause);
        expect(error).to.have.property("code", "APERTURE_TRANSPORT");
        expect(agent.exports).to.have.length(1);
      },
    ));

  it("opens nothing once it was closed", () =>
    exporting(
      () => status.OK,
      async (connection, agent) => {
        connection.close();
        const error = await connection.send(SPANS).catch((cause) => cause);
        expect(error).to.have.property("code", "APERTURE_CLOSED");
        expect(agent.connections).to.equal(0);
      },
    ));
});
