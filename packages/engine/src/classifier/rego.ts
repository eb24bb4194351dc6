import { Buffer } from "node:buffer";
import { type HttpFlow, headerOf } from "./attribute.ts";
import type { LabelExtractor } from "./classifier.ts";
import { jsonOf } from "./json-text.ts";

/**
 * Evaluates Rego for classifiers that have a module. None is built in; what Open Policy Agent compiles to WebAssembly can
 * be made one.
 */
export interface RegoEvaluator {
  /** Called for each module when policies are loaded. What it throws is a mistake of the policy. */
  compile(module: string): RegoModule;
}

/**
 * The values of `data.<package>` for an input, by name. Called for each flow, so it answers at once. Where it throws, the
 * flow goes on without the labels of this module.
 */
export type RegoModule = (input: RegoInput) => Readonly<Record<string, unknown>>;

/** What a module sees as `input`. */
export interface RegoInput {
  readonly attributes: {
    readonly request: { readonly http: HttpFlow["http"] };
    readonly source: { readonly socketAddress: HttpFlow["source"] };
    readonly destination: { readonly socketAddress: HttpFlow["destination"] };
  };
  /** `/api/v1` is `["api", "v1"]`. */
  readonly parsed_path: readonly string[];
  readonly parsed_query: Readonly<Record<string, readonly string[]>>;
  /**
   * JSON or a URL-encoded form, by content type; `{}` for other types, null for an empty or truncated body. Absent for one
   * that does not parse, and for `multipart/form-data`.
   */
  readonly parsed_body?: unknown;
  /** Whether the request is longer than what is known of it. */
  readonly truncated_body: boolean;
}

/** The labels of a module, of those that the policy declares. */
export function regoExtractor(
  module: RegoModule,
  labels: readonly string[],
  failed: (error: unknown) => void,
): LabelExtractor {
  return (flow) => {
    try {
      const values = module(regoInput(flow));
      return Object.fromEntries(labels.map((label) => [label, values[label]]));
    } catch (error) {
      failed(error);
      return {};
    }
  };
}

export function regoInput({ http, source, destination }: HttpFlow): RegoInput {
  const mark = http.path.indexOf("?");
  const path = mark === -1 ? http.path : http.path.slice(0, mark);
  const query = mark === -1 ? "" : http.path.slice(mark + 1);
  const truncated = Number(headerOf(http.headers, "content-length")) > Buffer.byteLength(http.body ?? "");
  const body = truncated ? null : parsedBody(http);
  return {
    attributes: {
      request: { http },
      source: { socketAddress: source },
      destination: { socketAddress: destination },
    },
    parsed_path: path.replace(/^\/+/, "").split("/"),
    parsed_query: valuesByName(query),
    ...(body === undefined ? {} : { parsed_body: body }),
    truncated_body: truncated,
  };
}

function parsedBody({ headers, body = "" }: HttpFlow["http"]): unknown {
  const type = headerOf(headers, "content-type") ?? "";
  if (type.includes("application/json")) return body === "" ? null : jsonOf(body);
  if (type.includes("application/x-www-form-urlencoded")) return body === "" ? null : valuesByName(body);
  return type.includes("multipart/form-data") ? undefined : {};
}

function valuesByName(query: string): Readonly<Record<string, readonly string[]>> {
  const values: Record<string, string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(query)) {
    const list = values[name] ?? [];
    list.push(value);
    values[name] = list;
  }
  return values;
}
