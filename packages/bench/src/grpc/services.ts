import { addFlowControlServices } from "@aperture-flow/core/grpc";
import { accepted, ScriptedControl } from "@aperture-flow/core/testing";
import { Server, type sendUnaryData } from "@grpc/grpc-js";
import { ANSWER, CONTROL_POINT, checkService } from "./wire.ts";

export const OURS = "ours";
export const ACCEPT_ALL = "accept-all grpc-js server";
export const ACCEPT_ALL_TELLING = "accept-all grpc-js server with an agent's answer";

/** All that serve checks and accept every flow. */
export const SERVICES: Readonly<Record<string, () => Server>> = {
  [ACCEPT_ALL]: () => acceptAll({ controlPoint: CONTROL_POINT, decisionType: 0 }),
  [ACCEPT_ALL_TELLING]: () => acceptAll(ANSWER),
  [OURS]: () => {
    const server = new Server();
    addFlowControlServices(server, new AcceptAll());
    return server;
  },
};

function acceptAll(answer: object): Server {
  const { Check } = checkService();
  if (Check === undefined) throw new Error("the service has no Check");
  const server = new Server();
  server.addService({ Check }, { Check: (_call: unknown, reply: sendUnaryData<object>) => reply(null, answer) });
  return server;
}

/** What one rate limiter says of a flow that it lets pass. */
const ACCEPTED = accepted({
  decisions: [
    {
      ref: { policy: "per-user", policyHash: "5f2c1a7e", component: "root.0" },
      kind: "rate-limiter",
      dropped: false,
      label: "user:user-12345",
      tokens: { consumed: 1, remaining: 999_999_999, current: 1 },
      waitMs: 0,
    },
  ],
});

/** Remembers nothing of what it was asked. */
class AcceptAll extends ScriptedControl {
  override check(): typeof ACCEPTED {
    return ACCEPTED;
  }
}
