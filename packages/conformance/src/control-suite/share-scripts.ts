import { expect } from "chai";
import type { Script } from "./script.ts";

function policy(name: string, component: string): string {
  return `
apiVersion: fluxninja.com/v1alpha1
kind: Policy
metadata: { name: ${name} }
spec: { circuit: { components: [{ flow_control: ${component} }] } }
`;
}

function loadScheduler(controlPoint: string, multiplier: string): string {
  const scheduler = "{ default_workload_parameters: { queue_timeout: 0s }, priority_label_key: priority }";
  const parameters = `{ selectors: [{ control_point: ${controlPoint} }], scheduler: ${scheduler} }`;
  return policy(controlPoint, `{ load_scheduler: { in_ports: ${multiplier}, parameters: ${parameters} } }`);
}

function sampler(controlPoint: string, percentage: number, more = ""): string {
  const port = `{ accept_percentage: { constant_signal: { value: ${percentage} } } }`;
  const parameters = `{ session_label_key: user, selectors: [{ control_point: ${controlPoint} }]${more} }`;
  const passing = "pass_through_label_values: [vip]";
  return policy(controlPoint, `{ sampler: { in_ports: ${port}, parameters: ${parameters}, ${passing} } }`);
}

const LEARNING_CHECKS = 311;

/** What passes while a load scheduler learns the load, and then. */
function loadScript(title: string, multiplier: string, expected: { readonly afterwards: readonly number[] }): Script {
  return {
    title,
    policies: loadScheduler("load", multiplier),
    async play(player) {
      let passed = 0;
      for (let count = 0; count < LEARNING_CHECKS + 100; count += 1) {
        const labels: Record<string, string> = count % 2 === 0 ? { priority: "5" } : {};
        const answer = await player.check("load", labels);
        if (count < LEARNING_CHECKS) expect(answer.accepted, `flow ${count}`).to.equal(true);
        else if (answer.accepted) passed += 1;
        else expect(answer).to.include({ reason: "no-tokens", status: 503 });
        await player.advance(100);
      }
      expect(passed).to.be.within(expected.afterwards[0] ?? 0, expected.afterwards[1] ?? 0);
    },
  };
}

/** Of the load, of sessions, and of flows in ramp mode. */
export const SHARE_SCRIPTS: readonly Script[] = [
  loadScript("lets half of the load pass", "{ load_multiplier: { constant_signal: { value: 0.5 } } }", {
    afterwards: [50, 56],
  }),
  loadScript("lets none of the load pass", "{ load_multiplier: { constant_signal: { value: 0 } } }", {
    afterwards: [0, 0],
  }),
  loadScript("lets all of the load pass where nobody has decided", "{}", { afterwards: [100, 100] }),
  {
    title: "lets the same sessions pass",
    policies: [sampler("some", 30), sampler("none", 0)].join("---"),
    async play(player) {
      expect(await player.accepted(2, "some", { user: "peggy" })).to.deep.equal([true, true]);
      expect(await player.accepted(2, "some", { user: "eve" })).to.deep.equal([false, false]);
      expect(await player.accepted(1, "none", { user: "vip" })).to.deep.equal([true]);
      const refused = await player.check("none", { user: "eve" });
      expect(refused).to.include({ accepted: false, reason: "not-sampled", status: 403, waitMs: 0 });
      expect(refused.decisions[0]).to.include({ kind: "sampler", label: "user:eve" });
    },
  },
  {
    title: "lets flows in ramp mode pass where a ramp does, and no others",
    policies: [sampler("open", 100, ", ramp_mode: true"), sampler("shut", 0, ", ramp_mode: true")].join("---"),
    async play(player) {
      const ramp = { rampMode: true };
      expect((await player.check("open", { user: "eve" }, ramp)).accepted).to.equal(true);
      expect((await player.check("shut", { user: "vip" }, ramp)).accepted).to.equal(true);
      for (const controlPoint of ["shut", "elsewhere"]) {
        const refused = await player.check(controlPoint, { user: "eve" }, ramp);
        expect(refused).to.include({ accepted: false, reason: "no-matching-ramp", status: 403, waitMs: 0 });
      }
      expect((await player.check("elsewhere", { user: "eve" })).accepted).to.equal(true);
    },
  },
];
