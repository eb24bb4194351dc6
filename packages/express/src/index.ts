export { ControlPoint } from "./decorator.ts";
export {
  apertureMiddleware,
  controlPoint,
  type ExpressApertureOptions,
  type ExpressRouteOverrides,
  flowOf,
} from "./middleware.ts";
