import { connect, type Socket } from "node:net";
import { type RudePeer, tcpPeer } from "./rude-peer.ts";

/** The way to an agent, on which packets can get lost. */
export interface SilentProxy extends RudePeer {
  /** How many connections were made through it. */
  readonly connections: number;
  /** From now on nothing gets through on the connections that stand, and neither end is told. */
  vanish(): void;
}

export async function silentProxy(agentAddress: string): Promise<SilentProxy> {
  const [, port] = agentAddress.split(":");
  const links: Link[] = [];
  const peer = await tcpPeer((socket) => links.push(new Link(socket, Number(port))));
  return {
    ...peer,
    get connections() {
      return links.length;
    },
    vanish() {
      for (const link of links) link.lost = true;
    },
  };
}

/** Two connections that pass on what they get. */
class Link {
  lost = false;

  constructor(near: Socket, port: number) {
    const far = connect(port, "127.0.0.1").on("error", () => undefined);
    this.#pass(near, far);
    this.#pass(far, near);
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
