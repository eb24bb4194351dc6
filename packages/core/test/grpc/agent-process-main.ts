import { FakeAgent } from "../../src/testing/grpc/index.ts";

const [address] = process.argv.slice(2);
const agent = await FakeAgent.start({ address });
// Flows at the control point "slow" are answered after 20 ms.
agent.behave(({ request }) => ("control_point" in request && request.control_point === "slow" ? { delayMs: 20 } : {}));
process.send?.(agent.address);
process.on("disconnect", () => process.exit());
