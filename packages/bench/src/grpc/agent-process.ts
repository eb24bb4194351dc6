import { type MethodDefinition, Server, type sendUnaryData } from "@grpc/grpc-js";
import { answer } from "../own-process.ts";
import { boundPort } from "./bound-port.ts";
import { spanCounter } from "./spans.ts";
import { ANSWER, CHECK_PATH, checkService, EXPORT_PATH, rawMethod } from "./wire.ts";

/** The port that the agent listens on; or how many spans it was sent. */
export type Question = "port" | "spans";

/** An agent that accepts every flow, with the same bytes, so that the server is never what is waited for. */
const check = checkService()["Check"] as MethodDefinition<object, object>;
const accepted = check.responseSerialize(ANSWER);
const spansIn = spanCounter();
let spans = 0;

const server = new Server();
server.addService(
  { Check: rawMethod(CHECK_PATH), Export: rawMethod(EXPORT_PATH) },
  {
    Check: (_call: unknown, reply: sendUnaryData<Buffer>) => reply(null, accepted),
    Export: ({ request }: { readonly request: Buffer }, reply: sendUnaryData<Buffer>) => {
      spans += spansIn(request);
      reply(null, Buffer.alloc(0));
    },
  },
);
const port = await boundPort(server);

answer((question: Question) => (question === "port" ? port : spans));
