export { accepted, rejected, type ScriptedAnswer, ScriptedControl } from "./scripted-control.ts";
