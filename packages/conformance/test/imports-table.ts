import type { ImportRow, WordRow } from "../src/import-rules.ts";

/** What reads files and texts, and finds the mistakes in them. */
const READING = [
  "@aperture-flow/core",
  "re2js",
  "yaml",
  "zod",
  "node:crypto",
  "node:fs",
  "node:fs/promises",
  "node:path",
  "node:url",
];

/**
 * Who may import whom. Paths are below `packages`, without `src`; what is not listed is forbidden, and nothing lists an
 * adapter or the agent. Every folder has a row, and all rows that cover a file apply to it.
 */
export const MAY_IMPORT: readonly ImportRow[] = [
  {
    of: "core/",
    imports: [
      "@grpc/grpc-js",
      "@grpc/proto-loader",
      "@opentelemetry/api",
      "@opentelemetry/sdk-trace-base",
      "node:buffer",
      "node:crypto",
      "node:diagnostics_channel",
      "node:http",
      "node:http2",
      "node:net",
      "node:tls",
    ],
  },
  // The client and the flow, with what they are made of. Only who names an address loads a transport.
  {
    of: "core/*",
    imports: ["core/contract/", "node:buffer"],
    types: ["@grpc/grpc-js", "@opentelemetry/api"],
    lazily: ["core/grpc/index.ts"],
  },
  { of: "core/contract/", imports: [] },
  {
    of: "core/adapter/",
    imports: [
      "core/contract/",
      "core/complaints.ts",
      "core/environment.ts",
      "core/option-names.ts",
      "core/time.ts",
      "node:buffer",
      "node:diagnostics_channel",
      "node:http",
      "node:net",
    ],
    types: ["core/flow.ts", "core/flow-params.ts", "core/flow-starter.ts", "core/labels.ts"],
  },
  {
    of: "core/grpc/",
    imports: [
      "core/*",
      "core/contract/",
      "@grpc/grpc-js",
      "@grpc/proto-loader",
      "node:buffer",
      "node:crypto",
      "node:http",
      "node:http2",
      "node:net",
      "node:tls",
    ],
  },
  {
    of: "core/grpc/http2/",
    imports: [
      "core/agent-target.ts",
      "core/flow-params.ts",
      "core/time.ts",
      "core/grpc/failure.ts",
      "core/grpc/unary-call.ts",
      "@grpc/grpc-js",
      "node:buffer",
      "node:http2",
      "node:net",
      "node:tls",
    ],
    types: ["core/agent-options.ts", "core/connection-state.ts", "core/grpc/agent-transport.ts"],
  },
  {
    of: "core/grpc/wire/",
    imports: ["core/contract/", "@grpc/grpc-js", "@grpc/proto-loader", "node:buffer", "node:http"],
  },
  {
    of: "core/otel/",
    imports: [
      "core/*",
      "core/contract/",
      "core/grpc/",
      "@opentelemetry/api",
      "@opentelemetry/sdk-trace-base",
      "node:buffer",
    ],
  },
  { of: "core/testing/", imports: ["core/", "@grpc/grpc-js"] },
  { of: "core/testing/grpc/", imports: ["core/", "@grpc/grpc-js"] },

  {
    of: "engine/",
    imports: [...READING, "node:assert/strict", "node:buffer", "node:perf_hooks", "node:timers/promises"],
    names: { "@aperture-flow/core": ["ApertureError", "httpFlavor", "nearestName"] },
  },
  { of: "engine/arithmetic/", imports: [] },
  { of: "engine/time/", imports: ["node:perf_hooks"] },
  { of: "engine/backend/", imports: ["engine/arithmetic/", "engine/time/", "@aperture-flow/core", "node:crypto"] },
  { of: "engine/backend/memory/", imports: ["engine/backend/backend.ts", "engine/arithmetic/", "engine/time/"] },
  ...["engine/limiter/", "engine/schedule/", "engine/cache/"].map((of) => ({
    of,
    imports: [
      "engine/limiter/",
      "engine/schedule/",
      "engine/arithmetic/",
      "engine/label-value.ts",
      "engine/backend/backend.ts",
      "engine/time/",
      "@aperture-flow/core",
      "node:crypto",
    ],
    types: ["engine/observer.ts", "engine/snapshot.ts"],
  })),
  { of: "engine/classifier/", imports: ["@aperture-flow/core", "node:buffer"] },
  {
    of: "engine/policy/",
    imports: [
      ...READING,
      "engine/label-value.ts",
      "engine/limiter/",
      "engine/schedule/",
      "engine/cache/",
      "engine/classifier/",
    ],
    types: ["engine/snapshot.ts", "engine/observer.ts", "engine/backend/backend.ts", "engine/time/clock.ts"],
  },
  // To read a policy is not to build limiters: only the compiler knows both.
  ...["read", "parse", "validate", "match"].map((file) => ({
    of: `engine/policy/${file}.ts`,
    imports: ["engine/policy/", "engine/label-value.ts", ...READING],
  })),
  { of: "engine/testing/", imports: ["engine/", "@aperture-flow/core", "node:assert/strict", "node:timers/promises"] },

  ...["express", "fastify", "koa"].map((framework) => ({
    of: `${framework}/`,
    imports: [
      "@aperture-flow/core",
      "@aperture-flow/core/adapter",
      ...(framework === "fastify" ? ["fastify-plugin"] : []),
    ],
    types: [framework, "node:http"],
  })),
];

/** Words with one home each. A test's fake clock is real code and uses no real time either. */
export const WORDS: readonly WordRow[] = [
  {
    words: "real time",
    pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|\bperformance\b|\bset(?:Timeout|Interval)\b/g,
    literals: false,
    onlyIn: ["core/time.ts", "engine/time/clock.ts", "agent/main.ts"],
  },
  {
    words: "a turn of the event loop",
    pattern: /\bsetImmediate\b/g,
    literals: false,
    onlyIn: ["core/time.ts", "engine/time/clock.ts", "agent/main.ts", "core/testing/", "engine/testing/"],
  },
  {
    words: "chance",
    pattern: /\bMath\s*\.\s*random\b/g,
    literals: false,
    onlyIn: ["core/time.ts", "engine/time/clock.ts", "core/testing/", "engine/testing/"],
  },
  {
    words: "the process around us",
    pattern: /\bprocess\s*\.\s*env\b|\bconsole\b/g,
    literals: false,
    onlyIn: ["core/environment.ts", "agent/main.ts", "agent/config.ts", "core/testing/", "engine/testing/"],
  },
  ...["express", "fastify", "koa"].map((framework) => ({
    words: "the name of a framework",
    // Not the expressions that policies are made of.
    pattern: new RegExp(`${framework}(?!ion|ed|es|ing|ive)`, "gi"),
    literals: true,
    onlyIn: [`${framework}/`],
  })),
];
