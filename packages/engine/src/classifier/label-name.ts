const NAME = /^[A-Za-z_]\w*$/;
const REGO_KEYWORDS = "as default else false import not null package some true with".split(" ");

/**
 * What is wrong with the name of a label that an extractor makes. The reference makes Rego of extractors, which is where
 * the limits come from; policies that keep to them work in both.
 */
export function faultOfName(label: string): string | undefined {
  if (!NAME.test(label)) return "the name of a label that is made here has letters, digits and `_`, no digit first";
  return REGO_KEYWORDS.includes(label) ? `\`${label}\` is a word of Rego, and no name for a label` : undefined;
}
