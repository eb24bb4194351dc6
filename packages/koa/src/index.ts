export { ControlPoint } from "./decorator.ts";
export {
  apertureMiddleware,
  controlPoint,
  flowOf,
  type KoaApertureOptions,
  type KoaRouteOverrides,
} from "./middleware.ts";
