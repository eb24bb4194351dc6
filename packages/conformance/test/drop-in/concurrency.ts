import { apertureClient } from "./client.ts";

async function sendRequest(controlPoint: string): Promise<boolean> {
  const flow = await apertureClient.startFlow(controlPoint, {
    labels: { limit_key: "some_user" },
    grpcCallOptions: { deadline: Date.now() + 5000 },
  });
  const runs = flow.shouldRun();
  if (runs) await new Promise((resolve) => setTimeout(resolve, 100));
  await flow.end();
  return runs;
}

async function batch(controlPoint: string): Promise<void> {
  const answers = await Promise.all(Array.from({ length: 3 }, () => sendRequest(controlPoint)));
  console.log(`${controlPoint}: ${answers.filter(Boolean).length}`);
}

// Who finds no place is turned away, or waits for one.
await batch("limited");
await batch("limited");
await batch("scheduled");
apertureClient.shutdown();
