import { FlowStatus } from "@aperture-flow/core";
import { apertureClient } from "./client.ts";

async function handleRequest(user: string): Promise<string> {
  const flow = await apertureClient.startFlow("awesome-feature", {
    labels: { limit_key: user },
    grpcCallOptions: { deadline: Date.now() + 5000 },
  });
  let answer = "200";
  if (!flow.shouldRun()) {
    answer = String(flow.httpResponseCode());
    if (Number(flow.retryAfter().seconds) >= 0) answer += " later";
    flow.setStatus(FlowStatus.Error);
  }
  flow.end();
  return answer;
}

for (const user of ["ann", "ann", "ann", "bob"]) console.log(await handleRequest(user));
apertureClient.shutdown();
