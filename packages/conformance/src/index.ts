export type * from "./adapter-suite/app-description.ts";
export { Ledger } from "./adapter-suite/ledger.ts";
export { acceptedBy, decisionOf, rejectedFor } from "./adapter-suite/limiter-answers.ts";
export type { RawClient, RawRequest } from "./adapter-suite/raw-client.ts";
export type { RawResponse } from "./adapter-suite/raw-response.ts";
export { Door } from "./adapter-suite/routes.ts";
export { type RunningApp, runningApps, type Setup } from "./adapter-suite/running-app.ts";
export { until } from "./adapter-suite/until.ts";
export { adapterSuite } from "./adapter-suite.ts";
