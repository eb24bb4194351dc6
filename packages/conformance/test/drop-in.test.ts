import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { FakeAgent } from "@aperture-flow/core/testing/grpc";
import { createEngine } from "@aperture-flow/engine";
import { expect } from "chai";

const run = promisify(execFile);

const POLICIES = `
blueprint: rate-limiting/base
policy:
  policy_name: per-user
  rate_limiter:
    bucket_capacity: 2
    fill_amount: 2
    parameters: { interval: 60s, limit_by_label_key: limit_key }
    selectors: [{ control_point: awesome-feature }]
---
blueprint: quota-scheduling/base
policy:
  policy_name: quota
  quota_scheduler:
    bucket_capacity: 1
    fill_amount: 1
    rate_limiter: { interval: 0.2s, limit_by_label_key: limit_key }
    scheduler: { priority_label_key: priority, workload_label_key: workload }
    selectors: [{ control_point: quota-feature }]
---
blueprint: concurrency-limiting/base
policy:
  policy_name: places
  concurrency_limiter:
    max_concurrency: 2
    parameters: { limit_by_label_key: limit_key, max_inflight_duration: 60s }
    selectors: [{ control_point: limited }]
---
blueprint: concurrency-scheduling/base
policy:
  policy_name: queued-places
  concurrency_scheduler:
    max_concurrency: 2
    concurrency_limiter: { limit_by_label_key: limit_key, max_inflight_duration: 60s }
    selectors: [{ control_point: scheduled }]
`;

/** Programs as the documentation of the reference's SDK shows them, and what they print. */
const PROGRAMS: readonly (readonly [name: string, output: readonly string[], flows: number])[] = [
  ["rate-limit", ["200", "200", "429 later", "200"], 4],
  ["cache", ["new", "worked out, for all", "new"], 4],
  ["quota-scheduler", ["first", "platinum", "gold", "silver", "free"], 5],
  ["concurrency", ["limited: 2", "limited: 2", "scheduled: 3"], 9],
];

const pathOf = (name: string) => fileURLToPath(new URL(`drop-in/${name}.ts`, import.meta.url));

describe("programs written for the reference's SDK", () => {
  const names = ["client", ...PROGRAMS.map(([name]) => name)];

  it("compile, with nothing but the name of the package changed", async () => {
    const tsc = fileURLToPath(new URL("../../../node_modules/.bin/tsc", import.meta.url));
    const options = "--noEmit --ignoreConfig --strict --module nodenext --target es2022 --types node";
    const more = "--esModuleInterop --allowImportingTsExtensions";
    await run(tsc, [...options.split(" "), ...more.split(" "), ...names.map(pathOf)]).catch((error) =>
      expect.fail(error.stdout),
    );
  });

  it("name us in the import alone", async () => {
    for (const name of names) {
      const lines = (await readFile(pathOf(name), "utf8")).split("\n").filter((line) => /aperture-flow/.test(line));
      for (const line of lines) expect(line).to.match(/^import \{[^}]+\} from "@aperture-flow\/core";$/);
    }
  });

  for (const [name, output, flows] of PROGRAMS) {
    it(`run: ${name}`, async () => {
      const control = await createEngine({ policies: { yaml: POLICIES } });
      const agent = await FakeAgent.start({ control, apiKey: "some-key" });
      try {
        const env = { ...process.env, APERTURE_AGENT_ADDRESS: agent.address };
        const { stdout, stderr } = await run(process.execPath, ["--import", "tsx", pathOf(name)], {
          env,
          timeout: 15_000,
        });
        expect(stdout.trim().split("\n"), stderr).to.deep.equal(output);
        expect(agent.flows, "flows reported").to.have.length(flows);
      } finally {
        await agent.stop();
        await control.close();
      }
    });
  }
});
