import { connect, type Socket } from "node:net";
import { type RudePeer, tcpPeer } from "./rude-peer.ts";

/** The way to an agent, on which packets can get lost. */
export interface SilentProxy extends RudePeer {
  /** How many connections were made through it. */
  readonly connections: number;
  /** Bytes that the agent has sent on one of them. */
  answered(which: number): number;
  /** No more of them are let through. */
  refuseMore(): void;
  /** From now on nothing gets through on the connections that stand, or on one of them, and neither end is told. */
  vanish(which?: number): void;
}

export async function silentProxy(agentAddress: string): Promise<SilentProxy> {
  const [, port] = agentAddress.split(":");
  const links: Link[] = [];
  let refuses = false;
  const peer = await tcpPeer((socket) => {
    if (refuses) socket.destroy();
    else links.push(new Link(socket, Number(port)));
  });
  return {
    ...peer,
    get connections() {
      return links.length;
    },
    answered: (which) => links[which]?.answered ?? 0,
    refuseMore() {
      refuses = true;
    },
    vanish(which?: number) {
      for (const link of which === undefined ? links : links.slice(which, which + 1)) link.lost = true;
    },
  };
}

/** Two connections that pass on what they get. */
class Link {
  lost = false;
  answered = 0;

  constructor(near: Socket, port: number) {
    const far = connect(port, "127.0.0.1").on("error", () => undefined);
    this.#pass(near, far);
    this.#pass(far, near);
    far.on("data", ({ length }) => {
      this.answered += length;
    });
    near.on("close", () => far.destroy());
  }

  #pass(from: Socket, to: Socket): void {
    from.on("data", (bytes) => {
      if (!this.lost) to.write(bytes);
    });
    from.on("close", () => {
      if (!this.lost) to.destroy();
    });
  }
}
