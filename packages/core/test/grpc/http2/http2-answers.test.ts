import { once } from "node:events";
import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { status } from "@grpc/grpc-js";
import { expect } from "chai";
import { answer, framed } from "../rude-peer.ts";
import { ECHO, echo, failureOf, over } from "./over-http2.ts";

const OK = { "grpc-status": "0" };
const MEGABYTE = 2 ** 20;

function headersOnly(stream: ServerHttp2Stream, headers: OutgoingHttpHeaders): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc", ...headers }, { endStream: true });
}

describe("a call over http2", () => {
  it("is a gRPC request with the key and the time that it has", () =>
    over(
      (stream, headers) => {
        const texts = { ...headers };
        stream.once("data", (bytes: Buffer) => {
          answer(stream, framed(Buffer.from(JSON.stringify([texts, [...bytes]]))), OK);
        });
      },
      async (transport, address) => {
        const [headers, bytes] = JSON.parse(await echo(transport, "hi"));
        expect(headers).to.deep.equal({
          ":method": "POST",
          ":scheme": "http",
          ":authority": address,
          ":path": "/test/Echo",
          "content-type": "application/grpc",
          te: "trailers",
          "user-agent": "grpc-node-http2",
          "x-api-key": "secret",
          "grpc-timeout": headers["grpc-timeout"],
        });
        expect(headers["grpc-timeout"]).to.match(/^\d{1,5}m$/);
        expect(Number.parseInt(headers["grpc-timeout"], 10)).to.be.within(1, 10_000);
        expect(bytes).to.deep.equal([0, 0, 0, 0, 2, 104, 105]);
        const unlimited = { request: Buffer.from("hi"), timeoutMs: undefined, options: {} };
        const [more] = JSON.parse(String(await transport.call(ECHO, unlimited)));
        expect(more).to.not.have.property("grpc-timeout");
      },
    ));

  it("is answered in however many pieces", () =>
    over(
      async (stream) => {
        stream.respond({ ":status": 200, "content-type": "application/grpc+proto" }, { waitForTrailers: true });
        stream.on("wantTrailers", () => stream.sendTrailers(OK));
        for (const byte of framed(Buffer.from("piecemeal"))) {
          stream.write(Buffer.from([byte]));
          await new Promise(setImmediate);
        }
        stream.end();
      },
      async (transport) => expect(await echo(transport, "")).to.equal("piecemeal"),
    ));

  it("is answered with up to 4 MB, which are sent without a stop", () =>
    over(
      (stream) => {
        const { session } = stream;
        if (session === undefined) throw new Error("no session");
        const { initialWindowSize = 0 } = session.remoteSettings;
        expect(initialWindowSize).to.equal(4 * MEGABYTE);
        expect(session.state.remoteWindowSize).to.equal(4 * MEGABYTE);
        answer(stream, framed(Buffer.alloc(4 * MEGABYTE, "x")), OK);
      },
      async (transport) => expect(await echo(transport, "")).to.equal("x".repeat(4 * MEGABYTE)),
    ));

  it("is not answered with more, and says so to the agent", async () => {
    const resets: number[] = [];
    await over(
      (stream) => {
        stream.on("close", () => resets.push(stream.rstCode));
        answer(stream, framed(Buffer.alloc(4 * MEGABYTE + 1)), OK);
      },
      async (transport) => {
        const [code, message] = await failureOf(echo(transport, ""));
        expect(code).to.equal(status.RESOURCE_EXHAUSTED);
        expect(message).to.include("an answer of 4194305 bytes, more than 4194304");
        while (resets.length === 0) await new Promise(setImmediate);
        expect(resets).to.deep.equal([constants.NGHTTP2_CANCEL]);
      },
    );
  });

  const rubbish: readonly (readonly [what: string, message: Buffer, code: status, text: string])[] = [
    ["that is compressed", Buffer.from([1, 0, 0, 0, 1, 7]), status.INTERNAL, "compressed, which nobody asked for"],
    [
      "of two messages",
      Buffer.concat([framed(Buffer.from("a")), framed(Buffer.from("b"))]),
      status.INTERNAL,
      "more than one message",
    ],
    ["that is cut off", framed(Buffer.from("abc"), 5), status.INTERNAL, "half an answer"],
    ["that is cut off in its prefix", Buffer.from([0, 0]), status.INTERNAL, "half an answer"],
  ];
  for (const [what, message, code, text] of rubbish) {
    it(`fails with an answer ${what}`, () =>
      over(
        (stream) => answer(stream, message, OK),
        async (transport) => {
          const failure = await failureOf(echo(transport, ""));
          expect(failure[0]).to.equal(code);
          expect(failure[1]).to.include(text);
        },
      ));
  }

  it("fails without a message", () =>
    over(
      (stream) => headersOnly(stream, OK),
      async (transport) => {
        expect((await failureOf(echo(transport, "")))[1]).to.equal("Echo: an answer without a message");
      },
    ));
});

describe("the status of a call over http2", () => {
  const headers: readonly (readonly [given: OutgoingHttpHeaders, code: number, text: string])[] = [
    [{ "grpc-status": "16", "grpc-message": "no%20such%20key%3A%20%E2%82%AC" }, 16, "no such key: €"],
    [{ "grpc-status": "13", "grpc-message": "100% wrong" }, 13, "100% wrong"],
    [{ "grpc-status": "8" }, 8, "RESOURCE_EXHAUSTED"],
    [{ "grpc-status": "999", "grpc-message": "new" }, 999, "status 999: new"],
    [{ "grpc-status": "five" }, 2, "no number: five"],
    [{}, 2, "without a grpc-status"],
    [{ ":status": 503, "grpc-status": "7", "content-type": "text/html" }, 7, "PERMISSION_DENIED"],
    ...[400, 401, 403, 404, 429, 500, 502, 503, 504].map(
      (code, index) =>
        [{ ":status": code }, [13, 16, 7, 12, 14, 2, 14, 14, 14][index] ?? 0, `the HTTP status ${code}`] as const,
    ),
    [{ "content-type": "text/plain" }, 2, 'an answer of the type "text/plain"'],
  ];
  for (const [given, code, text] of headers) {
    it(`is ${code} for ${JSON.stringify(given)} alone`, () =>
      over(
        (stream) => headersOnly(stream, given),
        async (transport) => {
          const failure = await failureOf(echo(transport, ""));
          expect(failure[0]).to.equal(code);
          expect(failure[1]).to.include(text);
        },
      ));
  }

  it("is that of HTTP for an error page", () =>
    over(
      (stream) => {
        stream.respond({ ":status": 404, "content-type": "text/html" });
        stream.end("<h1>Not here</h1>");
      },
      async (transport) => expect((await failureOf(echo(transport, "")))[0]).to.equal(status.UNIMPLEMENTED),
    ));

  const endings: Readonly<Record<string, (stream: ServerHttp2Stream) => void>> = {
    "no trailers": (stream) => {
      stream.respond({ ":status": 200, "content-type": "application/grpc" });
      stream.end(framed(Buffer.from("x")));
    },
    "trailers that say nothing": (stream) => answer(stream, framed(Buffer.from("x")), { "x-other": "1" }),
  };
  for (const [what, end] of Object.entries(endings)) {
    it(`is UNKNOWN with ${what}, though there is a message`, () =>
      over(end, async (transport) => {
        const [code, message] = await failureOf(echo(transport, ""));
        expect(code).to.equal(status.UNKNOWN);
        expect(message).to.include("without a grpc-status");
      }));
  }

  const resets: readonly (readonly [name: string, code: number, status: status])[] = [
    ["NO_ERROR", constants.NGHTTP2_NO_ERROR, status.UNKNOWN],
    ["PROTOCOL_ERROR", constants.NGHTTP2_PROTOCOL_ERROR, status.INTERNAL],
    ["INTERNAL_ERROR", constants.NGHTTP2_INTERNAL_ERROR, status.INTERNAL],
    ["FLOW_CONTROL_ERROR", constants.NGHTTP2_FLOW_CONTROL_ERROR, status.INTERNAL],
    ["REFUSED_STREAM", constants.NGHTTP2_REFUSED_STREAM, status.UNAVAILABLE],
    ["CANCEL", constants.NGHTTP2_CANCEL, status.CANCELLED],
    ["ENHANCE_YOUR_CALM", constants.NGHTTP2_ENHANCE_YOUR_CALM, status.RESOURCE_EXHAUSTED],
    ["INADEQUATE_SECURITY", constants.NGHTTP2_INADEQUATE_SECURITY, status.PERMISSION_DENIED],
    ["HTTP_1_1_REQUIRED", constants.NGHTTP2_HTTP_1_1_REQUIRED, status.INTERNAL],
  ];
  for (const [name, reset, code] of resets) {
    it(`is ${status[code]} when the stream is reset with ${name}`, () =>
      over(
        (stream) => stream.close(reset),
        async (transport) => {
          const failure = await failureOf(echo(transport, ""));
          expect(failure[0]).to.equal(code);
          if (reset !== constants.NGHTTP2_NO_ERROR) expect(failure[1]).to.include(name);
        },
      ));
  }

  it("comes before all was sent, which is then left", async () => {
    const closed: number[] = [];
    await over(
      (stream) => {
        stream.on("close", () => closed.push(stream.rstCode));
        headersOnly(stream, { "grpc-status": "8" });
      },
      async (transport) => {
        const failure = await failureOf(echo(transport, "x".repeat(MEGABYTE)));
        expect(failure[0]).to.equal(status.RESOURCE_EXHAUSTED);
        while (closed.length === 0) await new Promise(setImmediate);
      },
    );
  });

  it("is no surprise when it comes with the end of the connection", () =>
    over(
      async (stream) => {
        answer(stream, framed(Buffer.from("last")), OK);
        await once(stream, "close");
        stream.session?.destroy();
      },
      async (transport) => expect(await echo(transport, "")).to.equal("last"),
    ));
});
