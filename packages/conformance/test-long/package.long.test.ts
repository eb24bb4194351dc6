import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type PackageManifest, PackedProject } from "../src/packed-project.ts";

/** Every public subpath with every name that exists there at run time. A name more or less is a change for users. */
const EXPORTS: Readonly<Record<string, readonly string[]>> = {
  "@aperture-flow/core": [
    "ApertureClient",
    "ApertureError",
    "ERROR_CODES",
    "Flow",
    "FlowStatus",
    "LookupStatus",
    "RejectedFlowError",
    "flow",
    "httpFlavor",
    "httpLabels",
    "nearestName",
  ],
  "@aperture-flow/core/adapter": ["Gate", "RouteGates", "exchangesOnHeaders", "notInstalled"],
  "@aperture-flow/core/grpc": ["GrpcControl", "addFlowControlServices", "connectAgent", "flowControlInterceptor"],
  "@aperture-flow/core/otel": ["AgentSpanExporter", "openTelemetryObserver"],
  "@aperture-flow/core/testing": ["ScriptedControl", "accepted", "rejected"],
  "@aperture-flow/core/testing/grpc": ["FakeAgent"],
  "@aperture-flow/engine": ["Engine", "MemoryBackend", "combineObservers", "createEngine", "systemClock"],
  "@aperture-flow/engine/testing": ["FakeClock", "backendSuite"],
  "@aperture-flow/express": ["ControlPoint", "apertureMiddleware", "controlPoint", "flowOf"],
  "@aperture-flow/fastify": ["ControlPoint", "aperturePlugin", "controlPoint", "flowOf"],
  "@aperture-flow/koa": ["ControlPoint", "apertureMiddleware", "controlPoint", "flowOf"],
};

/** All that must be installed for a subpath to load: no framework for an adapter, no transport for the core. */
const LOADS_WITH: Readonly<Record<string, readonly string[]>> = {
  "@aperture-flow/core": [],
  "@aperture-flow/core/adapter": [],
  "@aperture-flow/core/testing": [],
  "@aperture-flow/engine": ["@aperture-flow/core"],
  "@aperture-flow/express": ["@aperture-flow/core"],
  "@aperture-flow/fastify": ["@aperture-flow/core"],
  "@aperture-flow/koa": ["@aperture-flow/core"],
};

/** Written as users write it, and compiled against the packed types. */
const CONSUMER = `
import { ApertureClient, ApertureError, type Flow, type FlowControl } from "@aperture-flow/core";
import { createEngine } from "@aperture-flow/engine";
import * as forExpress from "@aperture-flow/express";
import * as forFastify from "@aperture-flow/fastify";
import * as forKoa from "@aperture-flow/koa";
import express from "express";
import fastify from "fastify";
import Koa from "koa";

export async function serve(): Promise<string | undefined> {
  const control: FlowControl = await createEngine({ policies: "policies" });
  const client = new ApertureClient({ control, timeoutMs: 200 });

  const app = express();
  app.use(forExpress.apertureMiddleware({ client, controlPoint: "api", labels: (req) => ({ user: req.get("x-user") }) }));
  app.get("/pay", forExpress.controlPoint("pay"), (req, res) => {
    const flow: Flow | undefined = forExpress.flowOf(req);
    res.json({ decision: flow?.decision });
  });

  const server = fastify();
  await server.register(forFastify.aperturePlugin, { client, controlPoint: "api" });
  server.get("/pay", forFastify.controlPoint("pay"), async (request) => forFastify.flowOf(request)?.decision);

  const koa = new Koa();
  koa.use(forKoa.apertureMiddleware({ client, controlPoint: (ctx) => ctx.path }));
  koa.use(forKoa.controlPoint("pay"));

  try {
    await using flow = await client.startFlow("checkout", { labels: { user: "alice", age: 7 } });
    if (!flow.shouldRun()) return String(flow.retryAfterMs());
  } catch (error) {
    if (error instanceof ApertureError && error.code === "APERTURE_CLOSED") return error.message;
  }
  // @ts-expect-error a control point is named by a text
  await client.startFlow(7);
  return undefined;
}
`;

const ROOT = join(import.meta.dirname, "../../..");
const published: readonly PackageManifest[] = readdirSync(join(ROOT, "packages"))
  .map((folder) => JSON.parse(readFileSync(join(ROOT, "packages", folder, "package.json"), "utf8")))
  .filter((manifest) => manifest.private !== true);

describe("packages", function () {
  this.timeout(300_000);
  let project: PackedProject;

  before(async function () {
    const created = await PackedProject.create(ROOT, published);
    if (created === undefined) {
      console.log("    skipped: no registry could be reached to install the packed packages from");
      this.skip();
    } else project = created;
  });
  after(() => project?.remove());

  it("are all in the table of exports, with every public subpath", () => {
    const subpaths = published.flatMap(({ name, exports = {} }) =>
      Object.keys(exports)
        .filter((subpath) => subpath !== "./package.json")
        .map((subpath) => name + subpath.slice(1)),
    );
    expect(subpaths).to.have.members(Object.keys(EXPORTS));
  });

  for (const [subpath, names] of Object.entries(EXPORTS)) {
    it(`${subpath} exports the same to import and to require`, async () => {
      const print = "console.log(JSON.stringify(Object.keys(exported).sort()));";
      const imported = project.run("module", `import * as exported from "${subpath}"; ${print}`);
      const required = project.run("commonjs", `const exported = require("${subpath}"); ${print}`);
      expect(await imported, "import").to.deep.equal([...names].sort());
      expect(await required, "require").to.deep.equal([...names].sort());
    });
  }

  for (const manifest of published) {
    it(`${manifest.name} is what publint and arethetypeswrong expect`, async () => {
      await project.tool("publint", project.tarball(manifest), "--strict");
      await project.tool("attw", project.tarball(manifest), "--profile", "esm-only", "--no-color");
    });
  }

  it("share their classes among their subpaths", async () => {
    const imports =
      'import { ApertureError } from "@aperture-flow/core"; import { Gate } from "@aperture-flow/core/adapter";';
    const misspelt = "new Gate({ options: { client: {}, misspelt: 1 }, framework: {}, extraNames: [] });";
    const script = `${imports} try { ${misspelt} } catch (error) { console.log(error instanceof ApertureError); }`;
    expect(await project.run("module", script)).to.equal(true);
  });

  for (const { name, inlinedDependencies = {} } of published) {
    for (const [inlined, version] of Object.entries(inlinedDependencies)) {
      it(`${name} has ${inlined} in it, with its licence`, async () => {
        const path = JSON.stringify(`node_modules/${name}/dist/THIRD-PARTY-NOTICES.txt`);
        const script = `console.log(JSON.stringify(require("node:fs").readFileSync(${path}, "utf8")));`;
        const notices = await project.run("commonjs", script);
        expect(notices)
          .to.include(`${inlined} ${version}\n`)
          .and.match(/^Copyright /m);
      });
    }
  }

  for (const [subpath, others] of Object.entries(LOADS_WITH)) {
    it(`${subpath} loads with ${others.join(", ") || "nothing else"}`, async () => {
      const name = subpath.split("/").slice(0, 2).join("/");
      const script = `import "${subpath}"; console.log("true");`;
      expect(await project.runWith([name, ...others], script)).to.equal(true);
    });
  }

  const compilations = {
    nodenext: { file: "consumer.mts", module: "nodenext", moduleResolution: "nodenext" },
    "commonjs and a bundler": { file: "consumer.ts", module: "commonjs", moduleResolution: "bundler" },
  };
  for (const [name, { file, ...options }] of Object.entries(compilations)) {
    it(`types are right for ${name}`, async () => {
      const compilerOptions = { ...options, target: "es2023", lib: ["es2023", "esnext.disposable"], types: ["node"] };
      const config = {
        compilerOptions: { ...compilerOptions, noEmit: true, strict: true, skipLibCheck: true },
        files: [file],
      };
      await project.write(file, CONSUMER);
      await project.write("tsconfig.json", JSON.stringify(config));
      await project.tool("tsc");
    });
  }
});
