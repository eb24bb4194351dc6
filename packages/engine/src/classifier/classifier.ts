import type { Labels } from "@aperture-flow/core";
import type { HttpFlow } from "./attribute.ts";

/** Makes labels of a flow with an HTTP request. */
export interface Classifier {
  /** Undefined where it applies to all flows of its control point. */
  readonly applies: ((labels: Labels, services: readonly string[]) => boolean) | undefined;
  readonly extractors: readonly LabelExtractor[];
}

/** Where labels come from: values by label, undefined or null where the flow has none. */
export type LabelExtractor = (flow: HttpFlow) => Readonly<Record<string, unknown>>;

/**
 * The labels of a flow with those that classifiers make, which win: over labels of the request, because that is what they
 * are for, and over given ones, because an agent is given those of a header that anybody can send. All classifiers see the
 * labels as they were; of two that make the same label the later wins.
 */
export function classified(
  classifiers: readonly Classifier[],
  flow: HttpFlow & { readonly services?: readonly string[] | undefined },
  labels: Labels,
): Labels {
  const made: Record<string, string> = Object.create(null);
  for (const { applies, extractors } of classifiers) {
    if (applies?.(labels, flow.services ?? NO_SERVICES) === false) continue;
    for (const extract of extractors) addTexts(made, extract(flow));
  }
  return Object.assign(Object.create(null), labels, made);
}

const NO_SERVICES: readonly string[] = Object.freeze([]);

function addTexts(made: Record<string, string>, values: Readonly<Record<string, unknown>>): void {
  for (const [label, value] of Object.entries(values)) {
    const text = textOf(value);
    if (text !== undefined) made[label] = text.replaceAll(UNFIT, "-");
  }
}

/** What would have to be escaped in a `baggage` header; policies see labels without it, as in the reference. */
const UNFIT = /[\t\n\f\r \\/;",]/g;

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
