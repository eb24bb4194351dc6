import { connectAgent } from "@aperture-flow/core/grpc";
import { FakeAgent } from "@aperture-flow/core/testing/grpc";
import { createEngine } from "@aperture-flow/engine";
import { controlSuite } from "../src/control-suite.ts";

controlSuite("an engine in the process", async (options) => {
  const control = await createEngine(options);
  return { control, release: () => control.close() };
});

for (const transport of ["grpc-js", "http2"] as const) {
  controlSuite(`an agent over gRPC, by ${transport}`, async (options) => {
    const engine = await createEngine(options);
    const agent = await FakeAgent.start({ control: engine });
    return {
      control: connectAgent({ address: agent.address, insecure: true, transport }),
      async release() {
        await agent.stop();
        await engine.close();
      },
    };
  });
}
