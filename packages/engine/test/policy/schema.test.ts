import { expect } from "chai";
import { z } from "zod";
import { policyResource, policySpec } from "../../src/policy/schema.ts";
import { BLUEPRINT_VALUES } from "../../src/policy/schema-blueprints.ts";

const SCHEMAS: readonly (readonly [string, z.ZodType])[] = [
  ["a policy", policySpec],
  ["a policy resource", policyResource],
  ...Object.entries(BLUEPRINT_VALUES),
];

type JsonSchema = Readonly<Record<string, unknown>>;

/** Every mapping in a JSON Schema, with the names that lead to it. */
function mappingsIn(schema: unknown, path: string): readonly (readonly [string, JsonSchema])[] {
  if (typeof schema !== "object" || schema === null) return [];
  const own: readonly (readonly [string, JsonSchema])[] = "properties" in schema ? [[path, schema as JsonSchema]] : [];
  return [...own, ...Object.entries(schema).flatMap(([key, inner]) => mappingsIn(inner, `${path}/${key}`))];
}

describe("the schema of", () => {
  for (const [what, schema] of SCHEMAS) {
    const json = z.toJSONSchema(schema, { io: "input" });

    it(`${what} describes every field, for the documentation`, () => {
      for (const [path, { properties }] of mappingsIn(json, "")) {
        for (const [name, field] of Object.entries(properties as Readonly<Record<string, JsonSchema>>)) {
          expect(field["description"], `${path}/${name}`)
            .to.be.a("string")
            .and.match(/^[A-Z`].*\.$/s);
        }
      }
    });

    it(`${what} allows no keys that it does not know, but for metadata`, () => {
      const open = mappingsIn(json, "").filter(([, { additionalProperties }]) => additionalProperties !== false);
      expect(open.map(([path]) => path)).to.deep.equal(what === "a policy resource" ? ["/properties/metadata"] : []);
    });
  }
});
