export type * from "./adapter-suite/app-description.ts";
export { adapterSuite } from "./adapter-suite.ts";
