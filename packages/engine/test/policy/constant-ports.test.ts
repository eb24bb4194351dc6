import { expect } from "chai";
import { circuitsOf, type PlacedComponent } from "../../src/policy/components.ts";
import { ConstantPorts } from "../../src/policy/constant-ports.ts";
import { loadPolicies } from "../../src/policy/load.ts";

const CONSTANTS = [
  { variable: { constant_output: { value: 5 }, out_ports: { output: { signal_name: "FIVE" } } } },
  { variable: { constant_output: { special_value: "NaN" }, out_ports: { output: { signal_name: "INVALID" } } } },
  { bool_variable: { constant_output: true, out_ports: { output: { signal_name: "ON" } } } },
  { bool_variable: { out_ports: { output: { signal_name: "OFF" } } } },
];

/** The ports of the first component after the constants, and what is wrong with them. */
async function portsIn(components: readonly object[], dynamicConfig?: object) {
  const [policy] = await loadPolicies({
    apiVersion: "fluxninja.com/v1alpha1",
    kind: "Policy",
    metadata: { name: "p" },
    spec: { circuit: { components } },
    dynamicConfig,
  });
  if (policy === undefined) throw new Error("no policy");
  const complaints: string[] = [];
  const complain = (path: PlacedComponent["path"], text: string) => complaints.push(`${path.at(-1)}: ${text}`);
  const [circuit] = circuitsOf(policy.spec);
  if (circuit === undefined) throw new Error("no circuit");
  return { ports: new ConstantPorts({ policy, circuit, path: [], complain }), complaints };
}

describe("ConstantPorts", () => {
  it("reads constants, and signals that are constant", async () => {
    const { ports, complaints } = await portsIn(CONSTANTS);
    expect(ports.amount("a", { constant_signal: { value: 2.5 } })).to.equal(2.5);
    expect(ports.amount("a", { constant_signal: { value: 0 } })).to.equal(0);
    expect(ports.amount("a", { signal_name: "FIVE" })).to.equal(5);
    expect(ports.amount("a", { signal_name: "ON" })).to.equal(1);
    expect(ports.amount("a", { signal_name: "OFF" })).to.equal(0);
    expect(complaints).to.deep.equal([]);
  });

  it("reads nothing of what is not connected, or invalid", async () => {
    const { ports, complaints } = await portsIn(CONSTANTS);
    for (const port of [
      undefined,
      { constant_signal: { special_value: "NaN" as const } },
      { signal_name: "INVALID" },
    ]) {
      expect(ports.amount("a", port)).to.equal(undefined);
      expect(ports.isOn("a", port)).to.equal(false);
    }
    expect(complaints).to.deep.equal([]);
  });

  it("takes everything but 0 for on", async () => {
    const { ports } = await portsIn(CONSTANTS);
    expect(ports.isOn("a", { signal_name: "ON" })).to.equal(true);
    expect(ports.isOn("a", { signal_name: "OFF" })).to.equal(false);
    expect(ports.isOn("a", { constant_signal: { value: -1 } })).to.equal(true);
    expect(ports.isOn("a", { constant_signal: { special_value: "+Inf" } })).to.equal(true);
  });

  it("refuses amounts below 0 and without end", async () => {
    const { ports, complaints } = await portsIn(CONSTANTS);
    expect(ports.amount("low", { constant_signal: { value: -1 } })).to.equal(undefined);
    expect(ports.amount("high", { constant_signal: { special_value: "+Inf" } })).to.equal(undefined);
    expect(complaints).to.deep.equal([
      "low: expected a finite number >= 0, got -1",
      "high: expected a finite number >= 0, got Infinity",
    ]);
  });

  it("refuses signals that are computed, and those that dynamic configuration sets", async () => {
    const computed = { max: { out_ports: { output: { signal_name: "MAX" } } } };
    const configured = {
      variable: {
        constant_output: { value: 5 },
        config_key: "limit",
        out_ports: { output: { signal_name: "LIMIT" } },
      },
    };
    const { ports, complaints } = await portsIn([computed, configured], { limit: { value: 6 } });
    expect(ports.amount("a", { signal_name: "MAX" })).to.equal(undefined);
    expect(ports.amount("b", { signal_name: "LIMIT" })).to.equal(undefined);
    expect(complaints).to.deep.equal([
      "a: signal `MAX` comes from `max`; a circuit that computes a limit is not supported yet: use a constant or a `variable`",
      "b: signal `LIMIT` comes from `dynamicConfig`, which is not supported yet",
    ]);
    const unset = await portsIn([computed, configured], { another: 1 });
    expect(unset.ports.amount("b", { signal_name: "LIMIT" })).to.equal(5);
  });
});
