/** One builder serves both versions; an alias of a package finds no types of its own. */
declare module "koa2" {
  export { default } from "koa";
}
