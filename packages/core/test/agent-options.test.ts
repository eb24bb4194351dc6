import { expect } from "chai";
import { type AgentOptions, agentSettings } from "../src/agent-options.ts";
import { Complaints } from "../src/complaints.ts";
import { ApertureError } from "../src/contract/errors.ts";
import { CollectedWarnings } from "./collected-warnings.ts";

function settings(options: object, logger = new CollectedWarnings()) {
  return agentSettings(options as AgentOptions, new Complaints(logger));
}

const address = "agent.test:8089";
const bytes = new Uint8Array(1);

describe("agentSettings", () => {
  it("fills in what was left out: TLS, telemetry and a bound on waiting checks", () => {
    expect(settings({ address })).to.deep.equal({
      target: address,
      local: false,
      apiKey: undefined,
      security: { kind: "tls", tls: {} },
      channelOptions: {},
      mostOutstanding: 1000,
      telemetry: true,
      http2: undefined,
    });
  });

  for (const [given, target, local] of [
    ["agent.test:8089", "agent.test:8089", false],
    ["https://agent.test", "agent.test:443", false],
    ["https://agent.test:8443/", "agent.test:8443", false],
    ["dns:///agent.test:8089", "dns:///agent.test:8089", false],
    ["ipv4:10.0.0.1:8089", "ipv4:10.0.0.1:8089", false],
    ["localhost:8089", "localhost:8089", true],
    ["localhost.evil.test:8089", "localhost.evil.test:8089", false],
    ["dns:///localhost:8089", "dns:///localhost:8089", true],
    ["127.0.0.2", "127.0.0.2", true],
    ["[::1]:8089", "[::1]:8089", true],
    ["ipv6:[::1]:8089", "ipv6:[::1]:8089", true],
    ["unix:/run/agent.sock", "unix:/run/agent.sock", true],
  ] as const) {
    it(`takes the address ${given}`, () => expect(settings({ address: given })).to.deep.include({ target, local }));
  }

  const mistakes: readonly (readonly [options: object, message: RegExp])[] = [
    [{ address: "" }, /address must be a text.*got ""/],
    [{ address: ":8089" }, /address must be a text/],
    [{ address: 8089 }, /address must be a text.*got 8089/],
    [{ address: "agent test:1" }, /address must be a text/],
    [{ address: "http://agent.test" }, /write "host:port", with insecure: true/],
    [{ address: "https://agent.test/path" }, /must end after the port/],
    [{ address: "https://:80" }, /is no URL/],
    [{ address, insecure: "false" }, /insecure must be true or false, got "false"/],
    [{ address, insecure: true, tls: {} }, /only one of insecure and tls/],
    [{ address, tls: {}, channelCredentials: {} }, /only one of tls and channelCredentials/],
    [{ address: "https://agent.test", insecure: true }, /contradicts the https/],
    [{ address, tls: { privateKey: bytes } }, /privateKey and tls.certChain belong together/],
    [{ address, tls: { certChain: bytes } }, /privateKey and tls.certChain belong together/],
    [{ address, mostOutstanding: 0 }, /mostOutstanding must be a whole number/],
    [{ address, transport: "http/2" }, /transport must be "grpc-js" or "http2", got "http\/2"/],
    [{ address, transport: null }, /transport must be "grpc-js" or "http2", got null/],
    [{ address, mostOutstanding: 1.5 }, /mostOutstanding must be a whole number/],
  ];
  for (const [options, message] of mistakes) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      expect(() => settings(options))
        .to.throw(ApertureError, message)
        .with.property("code", "APERTURE_OPTION_INVALID");
    });
  }

  for (const apiKey of ["", "secret\n", "secret\r\nx-evil: 1", "sécret", "sec ret", 5]) {
    it(`refuses the API key ${JSON.stringify(apiKey)} without repeating it`, () => {
      expect(() => settings({ address, apiKey }))
        .to.throw(ApertureError, /apiKey must be a text of visible ASCII/)
        .with.property("message")
        .that.does.not.match(/s.cret/);
    });
  }

  describe("with transport http2", () => {
    const asked = (options: object, logger = new CollectedWarnings()) =>
      [settings({ address, transport: "http2", insecure: true, ...options }, logger), logger.messages] as const;
    const before = process.env;
    const set = (variables: Record<string, string>) => {
      process.env = variables;
    };
    beforeEach(() => set({}));
    afterEach(() => set(before as Record<string, string>));
    const place = { kind: "tcp", host: "agent.test", port: 8089, authority: address };

    it("says where to connect, for itself and with TLS", () => {
      expect(asked({ address: "localhost:1" })).to.deep.equal([
        settings({ address: "localhost:1", transport: "http2", insecure: true }),
        [],
      ]);
      expect(asked({ insecure: false })[0].http2).to.deep.equal(place);
      expect(asked({ insecure: false, tls: { rootCerts: bytes } })).to.have.deep.nested.property("[1]", []);
    });

    it("is grpc-js unless asked for", () => {
      expect(settings({ address, transport: "grpc-js" }).http2).to.equal(undefined);
      expect(settings({ address, transport: undefined }).http2).to.equal(undefined);
    });

    const without = { insecure: false };
    for (const [what, options] of [
      ["channelCredentials", { ...without, channelCredentials: {} }],
      ["channelOptions", { ...without, channelOptions: { "grpc.keepalive_time_ms": 600_000 } }],
      ["the target", { ...without, address: "ipv4:10.0.0.1:1,10.0.0.2:1" }],
      ["the target", { ...without, address: "xds:///agent" }],
      ["the target", { ...without, address: "dns://10.0.0.53/agent:8089" }],
    ] as const) {
      it(`leaves ${what} to grpc-js, and says so`, () => {
        const [{ http2 }, messages] = asked(options);
        expect(http2).to.equal(undefined);
        expect(messages).to.deep.equal([`transport: "http2" cannot do ${what}; grpc-js is used instead`]);
      });
    }

    it("leaves a proxy and the TLS of the environment to grpc-js, and says so", () => {
      const excepted = { no_proxy: "other.test,agent.test" };
      for (const name of ["grpc_proxy", "https_proxy", "http_proxy"]) {
        const proxied = { [name]: "http://proxy.test:3128" };
        set(proxied);
        expect(asked(without)[1]).to.deep.equal([
          'transport: "http2" cannot do the proxy of the environment; grpc-js is used instead',
        ]);
        expect(asked({ address: "localhost:1" })[0].http2).to.have.property("port", 1);
        expect(asked({ address: "unix:/run/agent.sock" })[0].http2).to.have.property("path", "/run/agent.sock");
        set({ ...proxied, ...excepted });
        expect(asked(without)[0].http2).to.deep.equal(place);
        set({ ...proxied, ...excepted, no_grpc_proxy: "third.test" });
        expect(asked(without)[0].http2).to.equal(undefined);
      }
      set({ GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: "/etc/roots.pem" });
      expect(asked(without)[0].http2).to.equal(undefined);
      expect(asked({ ...without, tls: { rootCerts: bytes } })[0].http2).to.deep.equal(place);
      expect(asked({ address: "localhost:1" })[0].http2).to.have.property("port", 1);
    });
  });

  it("warns of what can be read on the way, but not on this machine", () => {
    const logger = new CollectedWarnings();
    settings({ address, insecure: true }, logger);
    settings({ address, insecure: true, apiKey: "secret" }, logger);
    settings({ address: "localhost:1", insecure: true, apiKey: "secret" }, logger);
    settings({ address, apiKey: "secret" }, logger);
    expect(logger.messages).to.deep.equal([
      "insecure: true, but the agent is on another machine: labels are readable on the way",
      "insecure: true, but the agent is on another machine: the API key and labels are readable on the way",
    ]);
  });

  it("warns of pings that agents take for abuse", () => {
    const logger = new CollectedWarnings();
    settings({ address, channelOptions: { "grpc.keepalive_time_ms": 10_000 } }, logger);
    settings({ address, channelOptions: { "grpc.keepalive_time_ms": 300_000 } }, logger);
    expect(logger.messages).to.have.length(1);
    expect(logger.messages[0]).to.match(/too_many_pings/);
  });
});
