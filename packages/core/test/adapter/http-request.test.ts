import type { IncomingMessage } from "node:http";
import { expect } from "chai";
import { gateSettings } from "../../src/adapter/gate-settings.ts";
import type { RequestReader } from "../../src/adapter/http-labels.ts";
import { wholeRequest } from "../../src/adapter/http-request.ts";
import type { AdapterOptions } from "../../src/adapter/options.ts";
import { ApertureClient } from "../../src/client.ts";
import { ScriptedControl } from "../../src/testing/index.ts";
import { CollectedWarnings } from "../collected-warnings.ts";
import { messageOf } from "./sample-message.ts";

type Options = AdapterOptions<IncomingMessage, never>;

const client = new ApertureClient({ control: new ScriptedControl() });

interface Sample extends Partial<Options> {
  readonly message?: IncomingMessage | undefined;
  readonly target?: string | undefined;
  readonly address?: string | undefined;
}

function sent({ message = messageOf(), target = "/pay?card=1", address, ...options }: Sample = {}) {
  const reader: RequestReader<IncomingMessage> = {
    message: (request) => request,
    target: () => target,
    scheme: () => "https",
    clientAddress: () => address,
    route: () => "/pay",
  };
  const { http, complaints } = gateSettings({ client, ...options, rpc: "http" }, []);
  if (http === undefined) throw new Error("no settings");
  return wholeRequest(message, "/pay", { reader, settings: http, body: options.sendBody, complaints });
}

function connected(addresses: Partial<IncomingMessage["socket"]>): IncomingMessage {
  const message = messageOf();
  for (const [name, value] of Object.entries(addresses)) Object.defineProperty(message.socket, name, { value });
  return message;
}

describe("wholeRequest", () => {
  it("is the request with its query", () => {
    const message = messageOf({ host: "shop.test", "content-length": "12", accept: "*/*" }, { method: "POST" });
    expect(sent({ message }).request).to.deep.equal({
      method: "POST",
      path: "/pay?card=1",
      host: "shop.test",
      scheme: "https",
      protocol: "HTTP/1.1",
      size: 12,
      headers: Object.assign(Object.create(null), { host: "shop.test", "content-length": "12", accept: "*/*" }),
      body: undefined,
    });
  });

  it("has the path alone of a whole URL", () => {
    expect(sent({ target: "http://shop.test/pay?card=1" }).request.path).to.equal("/pay?card=1");
  });

  it("has the host of HTTP/2, and no header of it that is none", () => {
    const parts = { httpVersion: "2.0", httpVersionMajor: 2, method: "POST" };
    const message = messageOf({ ":authority": "shop.test", ":path": "/pay", accept: "*/*" }, parts);
    const { host, protocol, size, headers } = sent({ message }).request;
    expect({ host, protocol, size, names: Object.keys(headers) }).to.deep.equal({
      host: "shop.test",
      protocol: "HTTP/2",
      size: -1,
      names: ["accept"],
    });
  });

  it("joins what came more than once", () => {
    const message = messageOf();
    Object.assign(message.headers, { "x-via": ["a", "b"] });
    expect(sent({ message }).request.headers["x-via"]).to.equal("a,b");
  });

  for (const header of ["authorization", "cookie", "proxy-authorization", "x-api-key", "set-cookie", "baggage"]) {
    it(`leaves out ${header}`, () => {
      expect(Object.keys(sent({ message: messageOf({ [header]: "secret", accept: "*/*" }) }).request.headers)).to.eql([
        "accept",
      ]);
    });
  }

  it("leaves out what it is told to instead", () => {
    const message = messageOf({ authorization: "Bearer t", "x-session": "s", baggage: "a=b" });
    const { headers } = sent({ message, redactHeaders: ["X-Session"] }).request;
    expect({ ...headers }).to.deep.equal({ authorization: "Bearer t" });
  });

  it("leaves out a header that would become the label of another one", () => {
    const { headers } = sent({ message: messageOf({ x_user_id: "mallory", "x-user-id": "alice", a_b: "1" }) }).request;
    expect({ ...headers }).to.deep.equal({ "x-user-id": "alice", a_b: "1" });
  });

  it("takes no header for what objects inherit", () => {
    const message = messageOf(JSON.parse('{"__proto__":"x","constructor":"y"}'));
    expect(sent({ message }).request.headers["constructor"]).to.equal("y");
    expect(Object.getPrototypeOf(sent({ message }).request.headers)).to.equal(null);
  });

  it("does not believe a length that is none", () => {
    expect(sent({ message: messageOf({ "content-length": "many" }) }).request.size).to.equal(-1);
  });
});

describe("wholeRequest, its two ends", () => {
  const addresses = { remoteAddress: "::ffff:10.0.0.2", remotePort: 4242, localAddress: "10.0.0.1", localPort: 80 };

  it("are the connection's", () => {
    const { source, destination } = sent({ message: connected(addresses), address: "10.0.0.2" });
    expect(source).to.deep.equal({ address: "10.0.0.2", port: 4242 });
    expect(destination).to.deep.equal({ address: "10.0.0.1", port: 80 });
  });

  it("have the client that a trusted proxy names, whose port nobody knows", () => {
    const { source } = sent({ message: connected(addresses), address: "203.0.113.7" });
    expect(source).to.deep.equal({ address: "203.0.113.7", port: 0 });
  });

  it("have the proxy itself where it names nobody", () => {
    const { source } = sent({ message: connected(addresses), address: "unknown" });
    expect(source).to.deep.equal({ address: "10.0.0.2", port: 4242 });
  });

  it("are left out where there are none, as on a Unix socket", () => {
    const { source, destination } = sent();
    expect([source, destination]).to.deep.equal([undefined, undefined]);
  });
});

describe("wholeRequest, its body", () => {
  const json = (length = "13") =>
    messageOf({ "content-type": "application/json; charset=utf-8", "content-length": length });
  const read = () => '{"user":"ä"}';

  it("is sent when asked for, with its own length", () => {
    const { request } = sent({ message: json("20"), sendBody: { read } });
    expect([request.body, request.headers["content-length"], request.size]).to.deep.equal([read(), "13", 20]);
  });

  it("is left out where it is too long, counted in bytes", () => {
    expect(sent({ message: json(), sendBody: { read, maxBytes: 13 } }).request.body).to.equal(read());
    expect(sent({ message: json(), sendBody: { read, maxBytes: 12 } }).request.body).to.equal(undefined);
    const long = () => "x".repeat(8193);
    expect(sent({ message: json(), sendBody: { read: long } }).request.body).to.equal(undefined);
  });

  it("is left out where it is of another type", () => {
    const message = messageOf({ "content-type": "text/plain" });
    expect(sent({ message, sendBody: { read } }).request.body).to.equal(undefined);
    expect(sent({ message, sendBody: { read, types: ["text/plain"] } }).request.body).to.equal(read());
  });

  it("is left out where it is not read yet, or no text", () => {
    for (const unread of [() => undefined, () => ({ user: "ä" }) as unknown as string]) {
      expect(sent({ message: json(), sendBody: { read: unread } }).request.body).to.equal(undefined);
    }
  });

  it("is left out, which is said, where reading it fails", () => {
    const logger = new CollectedWarnings();
    const broken = () => {
      throw new Error("no body");
    };
    expect(sent({ message: json(), logger, sendBody: { read: broken } }).request.body).to.equal(undefined);
    expect(logger.messages).to.deep.equal(["sendBody.read failed: no body"]);
  });
});
