/** One policy for each thing that the programs try out. */
export const POLICIES = `
blueprint: rate-limiting/base
policy:
  policy_name: one-a-minute
  rate_limiter:
    bucket_capacity: 1
    fill_amount: 1
    parameters: { interval: 60s, limit_by_label_key: user }
    selectors: [{ control_point: limited }]
---
blueprint: concurrency-limiting/base
policy:
  policy_name: one-place
  concurrency_limiter:
    max_concurrency: 1
    parameters: { limit_by_label_key: user, max_inflight_duration: 60s }
    selectors: [{ control_point: placed }]
---
blueprint: quota-scheduling/base
policy:
  policy_name: two-a-second
  quota_scheduler:
    bucket_capacity: 1
    fill_amount: 1
    rate_limiter: { interval: 0.5s }
    selectors: [{ control_point: queued }]
`;
