import { expect } from "chai";
import { placeOf } from "../src/agent-target.ts";

describe("placeOf", () => {
  for (const [target, host, port, authority = target] of [
    ["agent.test:8089", "agent.test", 8089],
    ["agent", "agent", 443],
    ["agent-1_a.test.:1", "agent-1_a.test.", 1],
    ["10.0.0.1", "10.0.0.1", 443],
    ["[::1]:8089", "::1", 8089],
    ["[fd00::1]", "fd00::1", 443],
    ["fd00::1", "fd00::1", 443],
    ["dns:agent.test:8089", "agent.test", 8089, "agent.test:8089"],
    ["dns:///agent.test:8089", "agent.test", 8089, "agent.test:8089"],
    ["ipv4:10.0.0.1:8089", "10.0.0.1", 8089, "10.0.0.1:8089"],
    ["ipv6:[::1]:8089", "::1", 8089, "[::1]:8089"],
    ["ipv6:::1", "::1", 443, "::1"],
  ] as const) {
    it(`finds ${target}`, () => expect(placeOf(target)).to.deep.equal({ kind: "tcp", host, port, authority }));
  }

  for (const [target, path] of [
    ["unix:/run/agent.sock", "/run/agent.sock"],
    ["unix:///run/agent.sock", "/run/agent.sock"],
    ["unix:agent.sock", "agent.sock"],
  ] as const) {
    it(`finds ${target}`, () => expect(placeOf(target)).to.deep.equal({ kind: "unix", path, authority: "localhost" }));
  }

  for (const target of [
    "ipv4:10.0.0.1:1,10.0.0.2:1",
    "ipv4:agent.test:1",
    "ipv6:10.0.0.1:1",
    "ipv6:[::1]:1,[::2]:1",
    "[fe80::1%eth0]:1",
    "[::1",
    "[agent]:1",
    "dns://10.0.0.53/agent:8089",
    "unix://host/agent.sock",
    "unix:",
    "unix-abstract:agent",
    "xds:///agent",
    "agent:port",
    "agent:70000",
    "agent/path",
    "",
  ]) {
    it(`leaves ${JSON.stringify(target)} to gRPC`, () => expect(placeOf(target)).to.equal(undefined));
  }
});
