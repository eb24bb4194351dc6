import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials, ServerCredentials } from "@grpc/grpc-js";
import { expect } from "chai";
import type { ApertureClientOptions } from "../../src/client-options.ts";
import { connectedOver, overEachTransport } from "./transports.ts";

/** A certificate that signs itself, for these names. */
interface Certificate {
  readonly key: Buffer;
  readonly cert: Buffer;
}

function certificate(folder: string, name: string, days: number): Certificate {
  const config = join(folder, "openssl.cnf");
  writeFileSync(
    config,
    `[req]\ndistinguished_name=dn\n[dn]\n[ext]\nsubjectAltName=DNS:${name}\nbasicConstraints=CA:TRUE\n`,
  );
  const [key, request, cert] = ["key", "csr", "pem"].map((ending) => join(folder, `${name}-${days}.${ending}`)) as [
    string,
    string,
    string,
  ];
  const subject = ["-subj", `/CN=${name}`, "-config", config];
  const openssl = (...given: string[]) => execFileSync("openssl", given, { stdio: "ignore" });
  openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", ...subject, "-keyout", key, "-out", request);
  // Unlike `req -x509`, this makes certificates of days gone by, too.
  const signed = ["-signkey", key, "-extfile", config, "-extensions", "ext", "-days", String(days)];
  openssl("x509", "-req", "-in", request, ...signed, "-out", cert);
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** What they ask for would be left to grpc-js. */
function withoutVariablesOfGrpc(): void {
  const variables = process.env;
  before(() => {
    const { GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: _roots, GRPC_SSL_CIPHER_SUITES: _ciphers, ...others } = variables;
    process.env = others;
  });
  after(() => {
    process.env = variables;
  });
}

overEachTransport("an agent with TLS", (transport) => {
  const connected = connectedOver(transport);
  const folder = mkdtempSync(join(tmpdir(), "aperture-tls-"));
  let agent: Certificate;
  let stranger: Certificate;
  let expired: Certificate;

  withoutVariablesOfGrpc();

  before(function () {
    if (!hasOpenssl()) {
      console.log("    skipped: no openssl to make certificates with");
      this.skip();
    }
    agent = certificate(folder, "agent.test", 2);
    stranger = certificate(folder, "stranger.test", 2);
    expired = certificate(folder, "agent.test", -1);
  });
  after(() => rmSync(folder, { recursive: true }));

  /** What a client with these options gets of an agent that asks clients for a certificate, or not. */
  async function decided(
    options: () => ApertureClientOptions,
    { mutual = false, served = agent } = {},
  ): Promise<[string, string]> {
    const pairs = [{ private_key: served.key, cert_chain: served.cert }];
    const server = ServerCredentials.createSsl(mutual ? agent.cert : null, pairs, mutual);
    let result: [string, string] = ["", ""];
    await connected(
      async ({ client, logger }) => {
        const flow = await client.startFlow("checkout", { timeoutMs: 5000 });
        expect(flow.shouldRun()).to.equal(true);
        const isLeft = transport === "http2" && "channelCredentials" in options();
        expect(logger.messages.some((message) => message.includes("grpc-js is used instead"))).to.equal(isLeft);
        result = [flow.decision, flow.error()?.message ?? ""];
        const ramp = await client.startFlow("checkout", { timeoutMs: 5000, rampMode: true });
        expect(ramp.shouldRun()).to.equal(flow.decision === "accepted");
      },
      { credentials: server },
      // A wait in vain for a connection would only cost time.
      { insecure: undefined, ...options() },
    );
    return result;
  }

  it("is asked when its certificate is right", async () => {
    const tls = () => ({ tls: { rootCerts: agent.cert, serverName: "agent.test" } });
    expect(await decided(tls)).to.deep.equal(["accepted", ""]);
  });

  it("is asked with credentials that the application made", async () => {
    const options = () => ({
      channelCredentials: credentials.createSsl(agent.cert),
      channelOptions: { "grpc.ssl_target_name_override": "agent.test" },
    });
    expect(await decided(options)).to.deep.equal(["accepted", ""]);
  });

  it("gets a client's certificate where it asks for one", async () => {
    const tls = () => ({ rootCerts: agent.cert, serverName: "agent.test" });
    const mutual = () => ({ tls: { ...tls(), privateKey: agent.key, certChain: agent.cert } });
    expect(await decided(mutual, { mutual: true })).to.deep.equal(["accepted", ""]);
    expect((await decided(() => ({ tls: tls() }), { mutual: true }))[0]).to.equal("unreachable");
  });

  const faults: readonly (readonly [what: string, options: () => ApertureClientOptions, message: RegExp])[] = [
    ["signed itself", () => ({}), /self-signed certificate/],
    [
      "is another's",
      () => ({ tls: { rootCerts: stranger.cert, serverName: "agent.test" } }),
      /self-signed certificate/,
    ],
    ["is for another host", () => ({ tls: { rootCerts: agent.cert, serverName: "other.test" } }), /altnames/],
  ];
  for (const [what, options, message] of faults) {
    it(`is not asked when its certificate ${what}, and the reason is said`, async () => {
      const [decision, error] = await decided(options);
      expect(decision).to.equal("unreachable");
      expect(error).to.match(message);
    });
  }

  it("is not asked when its certificate has expired, and the reason is said", async () => {
    const tls = () => ({ tls: { rootCerts: expired.cert, serverName: "agent.test" } });
    const [decision, error] = await decided(tls, { served: expired });
    expect(decision).to.equal("unreachable");
    expect(error).to.match(/certificate has expired/);
  });

  it("is not asked without TLS", async () => {
    const [decision, error] = await decided(() => ({ insecure: true }));
    expect(decision).to.equal("unreachable");
    expect(error).to.match(/UNAVAILABLE/);
  });
});

overEachTransport("an agent without TLS", (transport) => {
  const connected = connectedOver(transport);
  withoutVariablesOfGrpc();
  it("is not asked with TLS, and the reason is said", () =>
    connected(
      async ({ client, logger }) => {
        const flow = await client.startFlow("checkout", { timeoutMs: 5000 });
        expect(flow.decision).to.equal("unreachable");
        expect(flow.error()?.message).to.match(/UNAVAILABLE.*(ssl|tls)/i);
        expect(logger.messages.join()).to.not.include("grpc-js is used instead");
      },
      {},
      { insecure: false },
    ));
});
