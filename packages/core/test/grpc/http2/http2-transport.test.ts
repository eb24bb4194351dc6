import { constants, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import { status } from "@grpc/grpc-js";
import { expect } from "chai";
import { until } from "../connected.ts";
import { answer, framed } from "../rude-peer.ts";
import { ECHO, echo, failureOf, over } from "./over-http2.ts";

const OK = { "grpc-status": "0" };

/** Answers with the number of the connection that the call came on. */
function numbered() {
  const sessions: ServerHttp2Session[] = [];
  const reply = (stream: ServerHttp2Stream) => {
    const number = sessions.indexOf(stream.session as ServerHttp2Session) + 1;
    answer(stream, framed(Buffer.from(String(number))), OK);
  };
  const onSession = (session: ServerHttp2Session) => void sessions.push(session);
  /** Those of the first connection, which are not answered. */
  const waiting: ServerHttp2Stream[] = [];
  const holdFirst = (stream: ServerHttp2Stream) => {
    if (sessions.length === 1) waiting.push(stream);
    else reply(stream);
  };
  return { sessions, reply, onSession, waiting, holdFirst };
}

describe("a connection over http2", () => {
  it("is one for all calls", () => {
    const { sessions, reply, onSession } = numbered();
    return over(
      reply,
      async (transport) => {
        const answers = await Promise.all(Array.from({ length: 200 }, () => echo(transport, "")));
        expect(new Set(answers)).to.deep.equal(new Set(["1"]));
        expect(sessions).to.have.length(1);
      },
      { onSession },
    );
  });

  it("has no more streams at a time than the agent allows; other calls wait for room", () => {
    let [open, most] = [0, 0];
    return over(
      (stream) => {
        open += 1;
        most = Math.max(most, open);
        stream.on("close", () => {
          open -= 1;
        });
        setTimeout(() => answer(stream, framed(Buffer.from("x")), OK), 2);
      },
      async (transport) => {
        expect(await transport.ready(5000)).to.equal(true);
        const answers = await Promise.all(Array.from({ length: 20 }, () => echo(transport, "")));
        expect(answers).to.deep.equal(Array(20).fill("x"));
        expect(most).to.equal(2);
      },
      { settings: { maxConcurrentStreams: 2 } },
    );
  });

  it("has more than a hundred streams where the agent names no limit", () => {
    const waiting: ServerHttp2Stream[] = [];
    return over(
      (stream) => waiting.push(stream),
      async (transport) => {
        const calling = Promise.all(Array.from({ length: 300 }, () => echo(transport, "")));
        await until(() => waiting.length === 300);
        for (const stream of waiting) answer(stream, framed(Buffer.from("x")), OK);
        expect(await calling).to.have.length(300);
      },
    );
  });

  it("is left when the agent says goodbye, with what is on its way still answered", () => {
    const { sessions, reply, onSession, waiting, holdFirst } = numbered();
    return over(
      holdFirst,
      async (transport) => {
        const first = echo(transport, "");
        await until(() => waiting.length === 1);
        sessions[0]?.goaway(constants.NGHTTP2_NO_ERROR);
        await until(() => transport.state() !== "ready" || sessions.length > 1);
        expect(await echo(transport, "")).to.equal("2");
        reply(waiting[0] as ServerHttp2Stream);
        expect(await first).to.equal("1");
        await until(() => sessions[0]?.destroyed === true);
      },
      { onSession },
    );
  });

  it("hands over to the next what the agent has not looked at before its goodbye", () => {
    const { sessions, reply, onSession, waiting, holdFirst } = numbered();
    return over(
      holdFirst,
      async (transport) => {
        const calls = [echo(transport, ""), echo(transport, "")];
        await until(() => waiting.length === 2);
        sessions[0]?.goaway(constants.NGHTTP2_NO_ERROR, waiting[0]?.id);
        expect(await calls[1]).to.equal("2");
        reply(waiting[0] as ServerHttp2Stream);
        expect(await calls[0]).to.equal("1");
      },
      { onSession },
    );
  });

  it("is lost with a goodbye in anger, and made again", () => {
    const { sessions, reply, onSession } = numbered();
    return over(
      (stream) => {
        if (sessions.length === 1) sessions[0]?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
        else reply(stream);
      },
      async (transport) => {
        const [code] = await failureOf(echo(transport, ""));
        expect(code).to.equal(status.UNAVAILABLE);
        expect(await echo(transport, "")).to.equal("2");
      },
      { onSession },
    );
  });

  it("makes a call twice that was refused unread, and not a third time", () => {
    let calls = 0;
    return over(
      (stream) => {
        calls += 1;
        if (calls === 1 || calls > 2) stream.close(constants.NGHTTP2_REFUSED_STREAM);
        else answer(stream, framed(Buffer.from("x")), OK);
      },
      async (transport) => {
        expect(await echo(transport, "")).to.equal("x");
        expect((await failureOf(echo(transport, "")))[0]).to.equal(status.UNAVAILABLE);
        expect(calls).to.equal(4);
      },
    );
  });

  it("fails calls when it is lost, and is made again when somebody asks", () => {
    const { sessions, reply, onSession } = numbered();
    return over(
      (stream) => {
        if (sessions.length === 1) sessions[0]?.destroy();
        else reply(stream);
      },
      async (transport) => {
        const [code, message] = await failureOf(echo(transport, ""));
        expect(code).to.equal(status.UNAVAILABLE);
        expect(message).to.include("the connection was lost: ");
        await new Promise((resolve) => setTimeout(resolve, 50));
        expect(sessions).to.have.length(1);
        expect(transport.state()).to.equal("connecting");
        expect(await transport.ready(5000)).to.equal(true);
        expect(sessions).to.have.length(2);
      },
      { onSession },
    );
  });

  it("is made anew on demand; what waits on the old one is still answered there", () => {
    const { reply, onSession, waiting, holdFirst } = numbered();
    return over(
      holdFirst,
      async (transport) => {
        const first = echo(transport, "");
        await until(() => waiting.length === 1);
        transport.reopen();
        expect(await echo(transport, "")).to.equal("2");
        reply(waiting[0] as ServerHttp2Stream);
        expect(await first).to.equal("1");
      },
      { onSession },
    );
  });

  it("ends when it is closed and what is on its way has been answered", () => {
    const { sessions, reply, onSession } = numbered();
    const waiting: ServerHttp2Stream[] = [];
    return over(
      (stream) => waiting.push(stream),
      async (transport) => {
        const first = echo(transport, "");
        await until(() => waiting.length === 1);
        transport.close();
        expect(transport.state()).to.equal("closed");
        expect(await failureOf(echo(transport, ""))).to.deep.equal([14, "Echo: UNAVAILABLE: the client was closed"]);
        reply(waiting[0] as ServerHttp2Stream);
        expect(await first).to.equal("1");
        await until(() => sessions[0]?.destroyed === true);
      },
      { onSession },
    );
  });

  it("is told of what nobody waits for", () => {
    const resets: number[] = [];
    return over(
      (stream) => stream.on("close", () => resets.push(stream.rstCode)),
      async (transport) => {
        const controller = new AbortController();
        const aborted = failureOf(echo(transport, "", controller.signal));
        const ask = { request: Buffer.from(""), timeoutMs: 20, options: {} };
        expect((await failureOf(transport.call(ECHO, ask)))[1]).to.equal("Echo: no answer in time");
        controller.abort();
        expect((await aborted)[1]).to.equal("Echo: the caller no longer waits");
        await until(() => resets.length === 2);
        expect(resets).to.deep.equal([constants.NGHTTP2_CANCEL, constants.NGHTTP2_CANCEL]);
      },
    );
  });

  it("is not asked what nobody waits for any more when there is room", () => {
    const bodies: string[] = [];
    const waiting: ServerHttp2Stream[] = [];
    return over(
      (stream) => {
        stream.on("data", (bytes: Buffer) => bodies.push(String(bytes.subarray(5))));
        waiting.push(stream);
      },
      async (transport) => {
        await transport.ready(5000);
        const first = echo(transport, "first");
        const controller = new AbortController();
        const aborted = failureOf(echo(transport, "aborted", controller.signal));
        const last = echo(transport, "last");
        await until(() => waiting.length === 1);
        controller.abort();
        await aborted;
        answer(waiting[0] as ServerHttp2Stream, framed(Buffer.from("1")), OK);
        expect(await first).to.equal("1");
        await until(() => waiting.length === 2);
        answer(waiting[1] as ServerHttp2Stream, framed(Buffer.from("2")), OK);
        expect(await last).to.equal("2");
        expect(bodies).to.deep.equal(["first", "last"]);
      },
      { settings: { maxConcurrentStreams: 1 } },
    );
  });
});
