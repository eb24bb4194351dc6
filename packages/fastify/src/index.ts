export { ControlPoint } from "./decorator.ts";
export {
  aperturePlugin,
  type ControlPointRoute,
  controlPoint,
  type FastifyApertureOptions,
  type FastifyRouteOverrides,
  flowOf,
} from "./plugin.ts";
