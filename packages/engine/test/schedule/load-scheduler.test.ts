import type { CheckResponse, LimiterDecision } from "@aperture-flow/core";
import { expect } from "chai";
import { createEngine } from "../../src/index.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";

/** An engine that lets a constant share of the load through, and a second's worth of load. */
async function withLoad(multiplier: object | undefined, rest: object = {}) {
  const clock = new FakeClock();
  const engine = await createEngine({
    clock,
    policies: {
      apiVersion: "fluxninja.com/v1alpha1",
      kind: "Policy",
      metadata: { name: "load" },
      spec: {
        circuit: {
          components: [
            {
              flow_control: {
                load_scheduler: {
                  in_ports: { load_multiplier: multiplier },
                  parameters: {
                    selectors: [{ control_point: "cp" }],
                    scheduler: { default_workload_parameters: { queue_timeout: "0s" } },
                  },
                  ...rest,
                },
              },
            },
          ],
        },
      },
    },
  });
  const check = () =>
    engine.check({ controlPoint: "cp", labels: {}, rampMode: false, expectEnd: true }) as CheckResponse;
  /** So many seconds with 10 flows each; how many of them were accepted. */
  const seconds = async (count: number) => {
    let accepted = 0;
    for (let flow = 0; flow < count * 10; flow += 1) {
      if (check().accepted) accepted += 1;
      await clock.advance(100);
    }
    return accepted;
  };
  return { clock, check, seconds };
}

const constant = (value: number) => ({ constant_signal: { value } });
const first = (response: CheckResponse) => response.decisions[0] as LimiterDecision;

describe("a load scheduler with a constant multiplier", () => {
  it("lets everything through without one, and tells what it would have taken (T90)", async () => {
    const { check } = await withLoad(undefined);
    expect(first(check()).tokens).to.deep.equal({ consumed: 1, remaining: 0, current: 0 });
  });

  it("learns the load for half a minute, then lets that share of it through (T91)", async () => {
    const { seconds } = await withLoad(constant(0.5));
    expect(await seconds(31)).to.equal(310);
    await seconds(2);
    expect(await seconds(20)).to.be.within(98, 102);
  });

  it("lets nothing through at 0, and queues nothing (T93)", async () => {
    const { clock, check, seconds } = await withLoad(constant(0));
    await seconds(32);
    const response = check();
    expect(response).to.include({ accepted: false, reason: "no-tokens", status: 503, waitMs: 0 });
    expect(clock.pending).to.equal(0);
  });

  it("learns anew after a silence (T95)", async () => {
    const { clock, check, seconds } = await withLoad(constant(0));
    await seconds(33);
    expect(check().accepted).to.equal(false);
    await clock.advance(40_000);
    expect(check().accepted).to.equal(true);
  });

  it("lets everything through in a dry run", async () => {
    const { check, seconds } = await withLoad(constant(0), { dry_run: true });
    await seconds(33);
    expect(check().accepted).to.equal(true);
  });
});
