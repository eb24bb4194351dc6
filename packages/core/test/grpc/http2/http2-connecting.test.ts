import { status } from "@grpc/grpc-js";
import { expect } from "chai";
import { answer, framed, http2Peer, type RudePeer, tcpPeer } from "../rude-peer.ts";
import { ECHO, echo, failureOf, transportTo } from "./over-http2.ts";

function agentAt(host: string): Promise<RudePeer> {
  return http2Peer((stream) => answer(stream, framed(Buffer.from("here")), { "grpc-status": "0" }), { host });
}

describe("a connection over http2 that cannot be made", () => {
  it("fails calls at once, with the cause, and is tried again by itself", async () => {
    const transport = transportTo("127.0.0.1:1");
    expect(transport.state()).to.equal("connecting");
    const [code, message] = await failureOf(echo(transport, ""));
    expect(code).to.equal(status.UNAVAILABLE);
    expect(message).to.match(/no connection: connect ECONNREFUSED 127\.0\.0\.1:1/);
    expect(transport.state()).to.equal("failing");
    expect(await failureOf(echo(transport, ""))).to.deep.equal([code, message]);
    expect(await transport.ready(300)).to.equal(false);
    transport.close();
  });

  it("names each of the addresses of a name", async () => {
    const transport = transportTo("localhost:1");
    expect((await failureOf(echo(transport, "")))[1]).to.match(/no connection: connect ECONNREFUSED .*:1/);
    transport.close();
  });

  const words: Readonly<Record<string, string>> = {
    "HTTP/1": "HTTP/1.1 400 Bad Request\r\n\r\nno",
    noise: "\xff".repeat(100),
  };
  for (const [what, text] of Object.entries(words)) {
    it(`fails calls that wait for it when the agent speaks ${what}`, async () => {
      const peer = await tcpPeer((socket) => socket.write(Buffer.from(text, "latin1")));
      const transport = transportTo(peer.address);
      const [code, message] = await failureOf(echo(transport, ""));
      expect(code).to.equal(status.UNAVAILABLE);
      expect(message).to.include("no connection: ");
      transport.close();
      await peer.close();
    });
  }

  it("is waited for by calls while it is made", async () => {
    const peer = await tcpPeer(() => undefined);
    const transport = transportTo(peer.address);
    const ask = { request: Buffer.from(""), timeoutMs: 50, options: {} };
    expect((await failureOf(transport.call(ECHO, ask)))[1]).to.equal("Echo: no answer in time");
    expect(transport.state()).to.equal("connecting");
    const waiting = failureOf(echo(transport, ""));
    transport.close();
    expect((await waiting)[0]).to.equal(status.UNAVAILABLE);
    await peer.close();
  });
});

describe("a connection over http2", () => {
  it("is made by address and by name", async () => {
    const peer = await agentAt("127.0.0.1");
    const [, port] = peer.address.split(":");
    for (const address of [`ipv4:127.0.0.1:${port}`, `dns:localhost:${port}`, `dns:///localhost:${port}`]) {
      const transport = transportTo(address);
      expect(await echo(transport, "")).to.equal("here");
      transport.close();
    }
    await peer.close();
  });

  it("is made over IPv6", async function () {
    const peer = await agentAt("::1").catch(() => undefined);
    if (peer === undefined) {
      console.log("    skipped: this machine has no IPv6");
      this.skip();
    }
    const port = peer.address.slice(peer.address.lastIndexOf(":"));
    for (const address of [`[::1]${port}`, `ipv6:[::1]${port}`, `dns:///[::1]${port}`]) {
      const transport = transportTo(address);
      expect(await echo(transport, "")).to.equal("here");
      transport.close();
    }
    await peer.close();
  });
});
