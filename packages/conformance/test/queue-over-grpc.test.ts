import { ApertureClient, type Flow, type FlowParams } from "@aperture-flow/core";
import { FakeAgent } from "@aperture-flow/core/testing/grpc";
import { type Clock, createEngine, MemoryBackend, type QueueEvent, systemClock } from "@aperture-flow/engine";
import { FakeClock } from "@aperture-flow/engine/testing";
import { expect } from "chai";

const SLOTS = 2;
const WORKERS = 20;
const FLOWS_OF_A_WORKER = 40;
const QUIET = { warn: () => undefined };

const POLICY = `
circuit:
  components:
    - flow_control:
        concurrency_scheduler:
          in_ports: { max_concurrency: { constant_signal: { value: ${SLOTS} } } }
          concurrency_limiter: { max_inflight_duration: 600s }
          scheduler: { default_workload_parameters: { queue_timeout: 600s } }
          selectors: [{ control_point: chat }]
`;

interface Queue {
  readonly client: ApertureClient;
  /** What became of the flows that waited, in their order. */
  readonly left: readonly QueueEvent["outcome"][];
  /** Checks that have reached the agent. */
  asked(): number;
}

/** Flows that hold all slots of an engine behind a service. Once they have ended, nothing may be held. */
async function fullOver(
  clock: Clock,
  work: (queue: Queue, holders: readonly Flow[]) => Promise<void>,
  transport?: "grpc-js" | "http2",
): Promise<void> {
  const backend = new MemoryBackend({ clock });
  const left: QueueEvent["outcome"][] = [];
  const observer = { queue: ({ outcome }: QueueEvent) => void left.push(outcome) };
  const control = await createEngine({ clock, backend, policies: { yaml: POLICY, name: "queue" }, observer });
  const agent = await FakeAgent.start({ control });
  const client = new ApertureClient({
    address: agent.address,
    insecure: true,
    timeoutMs: 60_000,
    transport,
    logger: QUIET,
  });
  try {
    const holders: Flow[] = [];
    for (let slots = 0; slots < SLOTS; slots += 1) holders.push(await client.startFlow("chat"));
    await work({ client, left, asked: () => agent.callsOf("Check").length }, holders);
    for (const holder of holders) await holder.end();
    await until(() => backend.size.slots === 0);
  } finally {
    await client.shutdown({ timeoutMs: 200 });
    await agent.stop();
    await control.close();
    await backend.close();
  }
  if (clock instanceof FakeClock) expect(clock.pending).to.equal(0);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

for (const transport of ["grpc-js", "http2"] as const) {
  describe(`a flow that waits in a queue of its agent, over ${transport}`, () => {
    const full: typeof fullOver = (clock, work) => fullOver(clock, work, transport);

    it("is rejected before the time of its client is over", () => {
      const clock = new FakeClock();
      return full(clock, async ({ client, left, asked }) => {
        const starting = client.startFlow("chat", { timeoutMs: 60_000 });
        await until(() => asked() === SLOTS + 1);
        await clock.advance(50_000);
        expect(left).to.deep.equal([]);
        await clock.advance(10_000);
        const flow = await starting;
        expect([flow.decision, flow.rejectReason]).to.deep.equal(["rejected", "no-tokens"]);
        expect(left).to.deep.equal(["timeout"]);
        await flow.end();
      });
    });

    it("runs when there is room for it in time", () =>
      full(new FakeClock(), async ({ client, left, asked }, holders) => {
        const starting = client.startFlow("chat");
        await until(() => asked() === SLOTS + 1);
        await holders[0]?.end();
        const flow = await starting;
        expect(flow.decision).to.equal("accepted");
        expect(left).to.deep.equal(["admitted"]);
        await flow.end();
      }));

    const ways: Readonly<Record<string, () => FlowParams>> = {
      "the time of its client is over": () => ({ timeoutMs: 50 }),
      "whom it is for has gone": () => ({ signal: AbortSignal.timeout(50) }),
    };
    for (const [when, params] of Object.entries(ways)) {
      it(`leaves it when ${when}, and gets no slot later`, () =>
        full(new FakeClock(), async ({ client, left, asked }, holders) => {
          const flow = await client.startFlow("chat", params());
          expect([flow.decision, flow.shouldRun()]).to.deep.equal(["unreachable", true]);
          expect(asked()).to.equal(SLOTS + 1);
          await until(() => left.length === 1);
          expect(left).to.deep.equal(["cancelled"]);
          await holders[0]?.end();
          const next = await client.startFlow("chat");
          expect(next.decision).to.equal("accepted");
          expect(left, "it did not have to wait").to.have.length(1);
          await Promise.all([flow.end(), next.end()]);
        }));
    }

    it("keeps no slot, whatever it meets in the last moment of its time", () =>
      full(systemClock(), async ({ client }, holders) => {
        for (const holder of holders) await holder.end();
        const worker = async (_: unknown, index: number) => {
          for (let flows = 0; flows < FLOWS_OF_A_WORKER; flows += 1) {
            const flow = await client.startFlow("chat", { timeoutMs: 2 + ((index * 7 + flows * 13) % 40) });
            await new Promise((resolve) => setTimeout(resolve, flows % 8));
            await flow.end();
          }
        };
        await Promise.all(Array.from({ length: WORKERS }, worker));
        const { accepted, rejected, unreachable, open } = client.counts;
        const undecided = Object.values(unreachable).reduce((sum, count) => sum + count, 0);
        expect(accepted + rejected + undecided).to.equal(SLOTS + WORKERS * FLOWS_OF_A_WORKER);
        expect(open).to.equal(0);
      }));
  });
}
