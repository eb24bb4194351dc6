import { Channel } from "@grpc/grpc-js";
import { laterHttp2Transport } from "./loaded-later.ts";
import type { Transport } from "./transports.ts";

/** Counts the calls that are made, of all clients, until it is stopped. */
export async function countedCalls(transport: Transport): Promise<{ readonly count: number; stop(): void }> {
  const Http2Transport = await laterHttp2Transport();
  const { createCall } = Channel.prototype;
  const { passedOn } = Http2Transport.prototype;
  let count = 0;
  if (transport === "grpc-js") {
    Channel.prototype.createCall = function (...given) {
      count += 1;
      return createCall.apply(this, given);
    };
  } else {
    Http2Transport.prototype.passedOn = function (...given) {
      count += 1;
      passedOn.apply(this, given);
    };
  }
  return {
    get count() {
      return count;
    },
    stop() {
      Channel.prototype.createCall = createCall;
      Http2Transport.prototype.passedOn = passedOn;
    },
  };
}
