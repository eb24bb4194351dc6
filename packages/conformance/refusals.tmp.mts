import { readFileSync, writeFileSync } from "node:fs";
import { parseScenarios } from "/work/main/packages/conformance/src/scenario.ts";
import { createEngine } from "/work/main/packages/engine/dist/index.js";
for (const file of process.argv.slice(2)) {
  let text = readFileSync(file, "utf8");
  const pieces = text.split("refused: []");
  let out = pieces[0];
  const empties = parseScenarios(text).filter((s) => s.refused !== undefined && s.refused.length === 0);
  for (const [i, s] of empties.entries()) {
    let message: string;
    try { await createEngine({ policies: s.policies as object }); message = "ACCEPTED"; } catch (e) { message = (e as Error).message; }
    console.log(s.name, s.cases.join(), "\n   " + message.split("\n").join("\n   "));
    const lines = message.split("\n").map((l) => `\n      - ${JSON.stringify(l)}`).join("");
    out += (message === "ACCEPTED" ? "refused: []" : `refused:${lines}`) + pieces[i + 1];
  }
  if (process.env.WRITE) writeFileSync(file, out);
}
