import { apertureClient } from "./client.ts";

const userTiers = { platinum: 8, gold: 4, silver: 2, free: 1 };

async function sendRequest(tier: string, priority: number): Promise<void> {
  const flow = await apertureClient.startFlow("quota-feature", {
    labels: { limit_key: "some_user", priority: priority.toString(), workload: `${tier} user` },
    grpcCallOptions: { deadline: Date.now() + 120_000 },
  });
  if (flow.shouldRun()) console.log(tier);
  flow.end();
}

// The first one takes the only token there is; the others queue.
await sendRequest("first", 1);
await Promise.all(Object.entries(userTiers).map(([tier, priority]) => sendRequest(tier, priority)));
apertureClient.shutdown();
