/** So many that none is ever refused. */
export const UNLIMITED = 1e9;

/** A rate limiter with a bucket for each user, as blueprint values. Without a capacity of its own, it refuses nothing. */
export function perUser(name: string, controlPoint: string, capacity = UNLIMITED): object {
  return {
    blueprint: "rate-limiting/base",
    policy: {
      policy_name: name,
      rate_limiter: {
        bucket_capacity: capacity,
        fill_amount: capacity,
        parameters: { interval: "60s", limit_by_label_key: "user" },
        selectors: [{ control_point: controlPoint }],
      },
    },
  };
}
