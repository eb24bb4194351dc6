import type { CheckResponse } from "@aperture-flow/core";
import type { Script } from "./script.ts";

const EVERYTHING_AT_ONCE = `
blueprint: rate-limiting/base
policy:
  policy_name: per-user
  rate_limiter:
    bucket_capacity: 4
    fill_amount: 3
    parameters: { interval: 1s, limit_by_label_key: user }
    selectors: [{ control_point: weighed }, { control_point: mixed }]
    request_parameters: { tokens_label_key: weight, denied_response_status_code: PaymentRequired }
---
blueprint: concurrency-limiting/base
policy:
  policy_name: places
  concurrency_limiter:
    max_concurrency: 3
    parameters: { limit_by_label_key: user, max_inflight_duration: 5s }
    selectors: [{ control_point: places }, { control_point: mixed }]
---
blueprint: quota-scheduling/base
policy:
  policy_name: quota
  quota_scheduler:
    bucket_capacity: 5
    fill_amount: 2
    rate_limiter: { interval: 1s }
    selectors: [{ control_point: mixed }]
    scheduler:
      tokens_label_key: weight
      priority_label_key: priority
      default_workload_parameters: { queue_timeout: 0s }
      workloads:
        - name: gold
          label_matcher: { match_labels: { user: user-1 } }
          parameters: { priority: 5, tokens: 2, queue_timeout: 0s }
`;

const CONTROL_POINTS = ["weighed", "places", "mixed", "elsewhere"];
const STEPS = 400;

/** Many flows of many kinds: that answers agree is all that can be said of them. */
export const MIXED_SCRIPT: Script = {
  title: "answers a long script as the engine itself does",
  policies: EVERYTHING_AT_ONCE,
  async play(player) {
    const open: CheckResponse[] = [];
    for (let step = 0; step < STEPS; step += 1) {
      const controlPoint = CONTROL_POINTS[(step * 5) % 7] ?? "mixed";
      const labels: Record<string, string> = { user: `user-${step % 3}`, weight: String(((step * 7) % 5) / 2) };
      if (step % 11 === 0) delete labels["user"];
      if (step % 13 === 0) labels["priority"] = String(step % 4);
      open.push(await player.check(controlPoint, labels, { rampMode: step % 97 === 96, expectEnd: step % 2 === 0 }));
      if (step % 3 === 0) await player.end(open.splice((step * 31) % open.length, 1)[0]);
      if (step % 5 === 0) await player.advance((step * 37) % 900);
    }
  },
};
