import { type Flow, LookupStatus } from "@aperture-flow/core";
import { apertureClient } from "./client.ts";

async function start(): Promise<Flow> {
  return apertureClient.startFlow("caching-feature", {
    labels: { user: "ann" },
    grpcCallOptions: { deadline: Date.now() + 5000 },
    resultCacheKey: "answer",
    globalCacheKeys: ["shared"],
  });
}

async function handleRequest(): Promise<string | undefined> {
  const flow = await start();
  try {
    if (flow.resultCache().getLookupStatus() === LookupStatus.Hit) {
      return `${flow.resultCache().getValue()?.toString()}, ${flow.globalCache("shared").getValue()?.toString()}`;
    }
    const entry = { value: Buffer.from("worked out"), ttl: { seconds: 30, nanos: 0 } };
    const setResult = await flow.setResultCache(entry);
    const setShared = await flow.setGlobalCache("shared", { ...entry, value: Buffer.from("for all") });
    if (setResult.getError() || setShared.getError()) return "not cached";
    return "new";
  } finally {
    await flow.end();
  }
}

console.log(await handleRequest());
console.log(await handleRequest());

const flow = await start();
if ((await flow.deleteResultCache())?.getError()) console.log("not deleted");
if ((await flow.deleteGlobalCache("shared")).getError()) console.log("not deleted");
flow.end();
console.log(await handleRequest());
apertureClient.shutdown();
