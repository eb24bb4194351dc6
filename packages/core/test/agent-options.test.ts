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
