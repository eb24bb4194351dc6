import { expect } from "chai";
import {
  codeInIndexes,
  foldersWithoutRow,
  forbiddenImports,
  importsOfTesting,
  misplacedWords,
  moduleState,
  rowsWithoutFile,
  undeclaredImports,
} from "../src/import-rules.ts";
import { packageCycles, sourceCycles } from "../src/import-rules-cycles.ts";
import { parseSource, type Source } from "../src/import-rules-source.ts";
import { MAY_IMPORT, WORDS } from "./imports-table.ts";

/** Sources that exist in this test only: one breach of each rule proves that the rule sees it. */
function planted(files: Readonly<Record<string, string>>): Source[] {
  return Object.entries(files).map(([file, text]) => parseSource(file, text));
}

/** A file that the row covers. */
function fileOf(row: string): string {
  return row.replace(/\/\*?$/, "/planted.ts");
}

describe("import rules see a planted", () => {
  for (const row of MAY_IMPORT) {
    it(`foreign import in ${row.of}`, () => {
      const file = fileOf(row.of);
      const sources = planted({ [file.replace("/", "/src/")]: 'import { pad } from "left-pad";' });
      expect(forbiddenImports([row], sources)).to.deep.equal([`${file}:1 ${row.of} may not import pad of left-pad`]);
    });
  }

  /** By row: what a file there says, and what is wrong with it. */
  const imports: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "core/": {
      'import "@aperture-flow/engine";': "@aperture-flow/engine",
      'import type { Agent } from "@aperture-flow/agent";': "types of @aperture-flow/agent",
    },
    "core/*": {
      'import { Gate } from "./adapter/gate.ts";': "Gate of core/adapter/gate.ts",
      'import "./grpc/index.ts"; import("./grpc/index.ts");': "core/grpc/index.ts",
    },
    "core/contract/": { 'import { nowMs } from "../time.ts";': "nowMs of core/time.ts" },
    "core/adapter/": {
      'import { Flow } from "../flow.ts";': "Flow of core/flow.ts",
      'import("../grpc/index.ts");': "core/grpc/index.ts dynamically",
    },
    "core/grpc/": { 'import type { Gate } from "../adapter/gate.ts";': "types of core/adapter/gate.ts" },
    "engine/": {
      'import { Flow } from "@aperture-flow/core";': "Flow of @aperture-flow/core",
      'export * from "@aperture-flow/core";': "* of @aperture-flow/core",
      'import "@aperture-flow/core";': "@aperture-flow/core",
      'import type { Service } from "@aperture-flow/core/grpc";': "types of @aperture-flow/core/grpc",
      'import { Gate } from "@aperture-flow/core/adapter";': "Gate of @aperture-flow/core/adapter",
      'import "node:http";': "node:http",
    },
    "engine/arithmetic/": { 'import type { Clock } from "../time/clock.ts";': "types of engine/time/clock.ts" },
    "engine/limiter/": {
      'import { parse } from "../policy/parse.ts";': "parse of engine/policy/parse.ts",
      'import type { MemoryBackend } from "../backend/memory.ts";': "types of engine/backend/memory.ts",
    },
    "engine/policy/": { 'import { Engine } from "../engine.ts";': "Engine of engine/engine.ts" },
    "engine/policy/parse.ts": {
      'import { RateLimiter } from "../limiter/x.ts";': "RateLimiter of engine/limiter/x.ts",
    },
    "express/": { 'import express from "express";': "express of express" },
    "koa/": {
      'import { flowOf } from "@aperture-flow/express";': "flowOf of @aperture-flow/express",
      'import { nowMs } from "../../core/src/time.ts";': "nowMs of core/time.ts",
      "import(name);": "something computed dynamically",
    },
  };
  for (const [row, texts] of Object.entries(imports)) {
    for (const [text, what] of Object.entries(texts)) {
      it(`import in ${row}: ${text}`, () => {
        const file = fileOf(row);
        const sources = planted({ [file.replace("/", "/src/")]: text });
        expect(forbiddenImports(MAY_IMPORT, sources)).to.deep.equal([`${file}:1 ${row} may not import ${what}`]);
      });
    }
  }

  it("folder and row without the other", () => {
    const rows = [
      { of: "core/", imports: [] },
      { of: "core/contarct/", imports: [] },
    ];
    const sources = planted({ "core/src/contract/check.ts": "", "core/src/index.ts": "" });
    expect(foldersWithoutRow(rows, sources)).to.deep.equal(["core/contract/"]);
    expect(rowsWithoutFile(rows, sources)).to.deep.equal(["core/contarct/"]);
  });

  it("import of what is for tests", () => {
    const inside = 'import { FakeClock } from "./fake-clock.ts";';
    const outside =
      '\nimport { FakeClock } from "./testing/fake-clock.ts";\nimport type { A } from "@aperture-flow/core/testing";';
    const sources = planted({ "engine/src/testing/index.ts": inside, "engine/src/engine.ts": outside });
    expect(importsOfTesting(sources)).to.deep.equal([
      "engine/engine.ts:2 engine/testing/fake-clock.ts is for tests",
      "engine/engine.ts:3 @aperture-flow/core/testing is for tests",
    ]);
  });

  it("undeclared package", () => {
    const manifest = {
      name: "k",
      dependencies: { a: "1" },
      peerDependencies: { "@b/c": "1" },
      devDependencies: { chai: "6", e: "1" },
      inlinedDependencies: { e: "1" },
    };
    const sources = planted({
      "k/src/x.ts": 'import "a/deep";import "@b/c";\nimport "chai"; import type { D } from "d"; import "e";',
    });
    expect(undeclaredImports(new Map([["k", manifest]]), sources)).to.deep.equal([
      "k/x.ts:2 chai is neither a dependency nor a peer",
      "k/x.ts:2 d is neither a dependency nor a peer",
    ]);
  });

  it("cycle of sources, but none of types or of what is loaded later", () => {
    const sources = planted({
      "core/src/a.ts": 'import { b } from "./b.ts";',
      "core/src/b.ts": 'export * from "./c.ts";',
      "core/src/c.ts": 'import { b } from "./b.ts"; import type { A } from "./a.ts"; void import("./a.ts");',
    });
    expect(sourceCycles(sources)).to.deep.equal(["core/b.ts -> core/c.ts -> core/b.ts"]);
  });

  it("cycle of packages, through devDependencies too", () => {
    const manifests = [
      { name: "a", peerDependencies: { b: "1" } },
      { name: "b", devDependencies: { a: "1" } },
    ];
    expect(packageCycles(manifests)).to.deep.equal(["a -> b -> a"]);
  });

  const words: readonly [text: string, seen: string][] = [
    ["Date.now()", '"Date.now" is real time'],
    ["new Date()", '"new Date()" is real time'],
    ["performance.now()", '"performance" is real time'],
    ["setTimeout(f)", '"setTimeout" is real time'],
    ['import { setInterval } from "node:timers/promises"', '"setInterval" is real time'],
    ["setImmediate(f)", '"setImmediate" is a turn of the event loop'],
    ["Math.random()", '"Math.random" is chance'],
    ["process.env.HOME", '"process.env" is the process around us'],
    ["console.log(1)", '"console" is the process around us'],
    ['"@aperture-flow/koa"', '"koa" is the name of a framework'],
    ["class ExpressGate {}", '"Express" is the name of a framework'],
    ["fastify.register(1)", '"fastify" is the name of a framework'],
  ];
  for (const [text, seen] of words) {
    it(`word out of place: ${text}`, () => {
      const sources = planted({
        "engine/src/check.ts": `\n${text};`,
        "engine/src/end.ts": `/* ${text} */ const expression = 1; // ${text}`,
      });
      expect(misplacedWords(WORDS, sources)).to.deep.equal([`engine/check.ts:2 ${seen}`]);
    });
  }

  it("index with code in it", () => {
    const sources = planted({
      "koa/src/index.ts":
        '// Names.\nexport type { A } from "./a.ts";\nexport * as b from "./b.ts";\nexport const c = 1;',
      "koa/src/testing/index.ts": 'import "./a.ts";',
      "express/src/index.ts": 'export {\n  a, // why\n  type B,\n} from "./a.ts";\n',
    });
    expect(codeInIndexes(sources)).to.deep.equal([
      "koa/index.ts:4 an index only re-exports",
      "koa/testing/index.ts:1 an index only re-exports",
    ]);
  });

  it("state of a module", () => {
    const constant = 'const names = ["a"]; const table = new Map([[1, 2]]); const empty = Object.freeze({});';
    const local = "function f() { let n = 0; const m = new Map(); return () => n++; } class C { #m = []; }";
    const state = "let n = 0;\nexport var v;\nconst seen = new WeakMap<object, string>();\nconst queue: string[] = [];";
    const sources = planted({ "core/src/a.ts": `${constant}\n${local}`, "core/src/b.ts": state });
    expect(moduleState(sources)).to.deep.equal([
      'core/b.ts:1 "let n" is state of the module',
      'core/b.ts:2 "var v" is state of the module',
      'core/b.ts:3 "= new WeakMap<object, string>();" is state of the module',
      'core/b.ts:4 "= [];" is state of the module',
    ]);
  });
});
