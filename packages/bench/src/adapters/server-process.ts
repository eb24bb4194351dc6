import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answer } from "../own-process.ts";
import { FRAMEWORKS } from "./frameworks.ts";

/** The port that the application listens on; or the CPU microseconds that it has used since it started. */
export type Question = "port" | "cpu";

const [framework = "", name = ""] = process.argv.slice(2);
const contenders = await (FRAMEWORKS[framework] as (typeof FRAMEWORKS)[string])();
const contender = contenders.find((one) => one.name === name);
if (contender === undefined) throw new Error(`${framework} has no contender called "${name}"`);
const server = createServer(contender.application).listen(0, "127.0.0.1");
await once(server, "listening");

answer((question: Question) => (question === "port" ? (server.address() as AddressInfo).port : cpu()));

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
