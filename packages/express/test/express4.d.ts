/** One builder serves both versions; what it does is typed alike in either, but TypeScript cannot tell. */
declare module "express4" {
  export { default } from "express";
}
