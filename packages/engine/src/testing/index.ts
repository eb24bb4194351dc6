export { type BackendUnderTest, backendSuite } from "./backend-suite.ts";
export { FakeClock } from "./fake-clock.ts";
