import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";

const MODULE = fileURLToPath(new URL("../../src/grpc/index.ts", import.meta.url));

/** Prints the files that are read through `fs` while gRPC is loaded; modules come another way. */
const PROGRAM = `
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
const read = [];
for (const name of ["readFileSync", "readFile", "openSync", "createReadStream"]) {
  const original = fs[name];
  fs[name] = (path, ...more) => {
    read.push(String(path));
    return original(path, ...more);
  };
}
syncBuiltinESMExports();
await import(${JSON.stringify(MODULE)});
console.log(JSON.stringify(read.filter((path) => !/\\.((m|c)?[jt]s(on)?|map)$/.test(path))));
`;

describe("regression: bundlers lost a file that was read when the package was loaded", () => {
  it("reads none", async () => {
    const given = ["--import", "tsx", "--input-type=module", "--eval", PROGRAM];
    const { stdout } = await promisify(execFile)(process.execPath, given, { timeout: 15_000 });
    expect(JSON.parse(stdout)).to.deep.equal([]);
  });
});
