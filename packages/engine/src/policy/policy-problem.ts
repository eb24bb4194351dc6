import { ApertureError } from "@aperture-flow/core";
import { groupBy } from "./group-by.ts";
import { type Path, type PolicyDocument, type Position, pathText } from "./policy-document.ts";

/** One thing that is wrong with a policy. */
export interface PolicyProblem {
  /** Path of the file, or what the caller calls the text. */
  readonly origin: string;
  readonly position: Position | undefined;
  /** Empty where the document as a whole is meant. */
  readonly path: string;
  /** What was expected, and what was found. */
  readonly text: string;
}

export function problemAt(document: PolicyDocument, path: Path, text: string): PolicyProblem {
  return { origin: document.origin, position: document.positionOf(path), path: pathText(path), text };
}

/** The problems of one file, from top to bottom. */
function fromTopToBottom(problems: readonly PolicyProblem[]): readonly PolicyProblem[] {
  const line = ({ position }: PolicyProblem) => position?.line ?? 0;
  const column = ({ position }: PolicyProblem) => position?.column ?? 0;
  return [...problems].sort((a, b) => line(a) - line(b) || column(a) - column(b));
}

/** So that a file that is wrong throughout does not fill a log. */
const MOST_LINES = 100;

/** All problems in one error, a line each: `checkout.yaml:12:9: circuit.components[2]: what was expected`. */
export function policyError(problems: readonly PolicyProblem[]): ApertureError {
  const byOrigin = groupBy(problems, ({ origin }) => origin);
  const lines = [...byOrigin.values()].flatMap(fromTopToBottom).slice(0, MOST_LINES).map(problemText);
  if (problems.length > MOST_LINES) lines.push(`… and ${problems.length - MOST_LINES} more`);
  return new ApertureError("APERTURE_POLICY_INVALID", lines.join("\n"));
}

function problemText({ origin, position, path, text }: PolicyProblem): string {
  const place = position === undefined ? origin : `${origin}:${position.line}:${position.column}`;
  return path === "" ? `${place}: ${text}` : `${place}: ${path}: ${text}`;
}
