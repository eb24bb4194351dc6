import { addressAt, attributeAt, type HttpFlow } from "../classifier/attribute.ts";
import type { LabelExtractor } from "../classifier/classifier.ts";
import { jsonPointer } from "../classifier/json-pointer.ts";
import { jsonAt, jwtPayload } from "../classifier/json-text.ts";
import { faultOfName } from "../classifier/label-name.ts";
import { pathNames } from "../classifier/path-templates.ts";
import { type RegoEvaluator, regoExtractor } from "../classifier/rego.ts";
import type { Complain } from "./plain-data.ts";
import type { Path } from "./policy-document.ts";
import type { PolicySpec } from "./schema.ts";
import type { ClassifierSpec, ExtractorSpec } from "./schema-resources.ts";
import type { Selector } from "./schema-selectors.ts";

/** A classifier of a policy, before it is put at its control points. */
export interface BuiltClassifier {
  readonly selectors: readonly Selector[];
  readonly extractors: readonly LabelExtractor[];
}

export interface ClassifierContext {
  readonly rego: RegoEvaluator | undefined;
  /** Hears what modules throw while flows are checked. */
  readonly failed: (error: unknown) => void;
}

type Value = (flow: HttpFlow) => unknown;

/** The classifiers of a policy, in their order; what is wrong with them goes to `complain`. */
export function classifiersOf(
  { resources }: PolicySpec,
  context: ClassifierContext,
  complain: Complain,
): readonly BuiltClassifier[] {
  return (resources?.flow_control?.classifiers ?? []).map(({ selectors, rules = {}, rego }, index) => {
    const path = ["resources", "flow_control", "classifiers", index];
    const declared = Object.entries(rules).flatMap(
      ([label, { extractor }]) => ruleExtractor(label, extractor, [...path, "rules", label], complain) ?? [],
    );
    const module = rego && moduleExtractor(rego, context, [...path, "rego"], complain);
    return { selectors, extractors: module === undefined ? declared : [...declared, module] };
  });
}

function ruleExtractor(label: string, spec: ExtractorSpec, path: Path, complain: Complain): LabelExtractor | undefined {
  const fault = faultOfName(label);
  if (fault !== undefined) complain(path, fault);
  const valueFrom = valueExtractor(spec, (step, text) => complain([...path, "extractor", ...step], text));
  return valueFrom && ((flow) => ({ [label]: valueFrom(flow) }));
}

/** Exactly one kind of extractor is there; the schema has seen to that. */
function valueExtractor(spec: ExtractorSpec, complain: Complain): Value | undefined {
  const { from, json, jwt, address, path_templates: templates } = spec;
  if (from !== undefined) return attributeAt(from, (text) => complain(["from"], text));
  if (address !== undefined) return addressAt(address.from, (text) => complain(["address", "from"], text));
  if (json !== undefined) {
    const attribute = attributeAt(json.from, (text) => complain(["json", "from"], text));
    const pointer = jsonPointer(json.pointer ?? "", (text) => complain(["json", "pointer"], text));
    return attribute && pointer && ((flow) => jsonAt(attribute(flow), pointer));
  }
  if (jwt !== undefined) {
    const attribute = attributeAt(jwt.from, (text) => complain(["jwt", "from"], text));
    const pointer = jsonPointer(jwt.json_pointer ?? "", (text) => complain(["jwt", "json_pointer"], text));
    return attribute && pointer && ((flow) => jsonAt(jwtPayload(attribute(flow)), pointer));
  }
  const path = ["path_templates", "template_values"];
  const names = pathNames(templates?.template_values ?? {}, (key, text) => complain([...path, key], text));
  return ({ http }) => names(http.path);
}

const PACKAGE = /^[ \t]*package[ \t]+[A-Za-z_]/m;

function moduleExtractor(
  { module, labels }: NonNullable<ClassifierSpec["rego"]>,
  { rego, failed }: ClassifierContext,
  path: Path,
  complain: Complain,
): LabelExtractor | undefined {
  if (!PACKAGE.test(module)) complain([...path, "module"], "a Rego module starts with its `package`");
  else if (rego === undefined)
    complain(path, "Rego is not built in: give `createEngine` an evaluator as `rego`, or use `rules`");
  else {
    try {
      return regoExtractor(rego.compile(module), Object.keys(labels), failed);
    } catch (error) {
      complain([...path, "module"], error instanceof Error ? error.message : String(error));
    }
  }
  return undefined;
}
