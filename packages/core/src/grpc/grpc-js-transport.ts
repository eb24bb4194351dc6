import type { Buffer } from "node:buffer";
import {
  type ChannelInterface,
  type Client,
  connectivityState,
  Metadata,
  type StatusObject,
  status,
} from "@grpc/grpc-js";
import type { AgentSettings } from "../agent-options.ts";
import type { ConnectionState } from "../connection-state.ts";
import { MAX_TIMEOUT_MS } from "../flow-params.ts";
import { wallMs } from "../time.ts";
import type { AgentTransport, UnaryAsk, UnaryMethod } from "./agent-transport.ts";
import { openChannel } from "./channel.ts";
import { type Cancellable, UnaryCall } from "./unary-call.ts";

/**
 * The transport that can do all that gRPC can. Calls are made on the channel itself, since a stub costs as much again as
 * our whole part of a call.
 */
export class GrpcJsTransport implements AgentTransport {
  readonly #settings: AgentSettings;
  /** What was sent last, and how long its call had: each call copies it, and most have the same time. */
  #metadata: Metadata;
  #metadataMs: number | undefined;
  #client: Client;
  #closed = false;

  constructor(settings: AgentSettings) {
    this.#settings = settings;
    this.#metadata = metadataOf(settings, undefined);
    this.#client = openChannel(settings);
  }

  call<Request, Response>(method: UnaryMethod<Request, Response>, ask: UnaryAsk<Request>): Promise<Response> {
    return new Promise((resolve, reject) => {
      const waiting = new UnaryCall(method, ask.request, { resolve, reject });
      const message = method.requestSerialize(ask.request);
      const call = new ChannelCall(this.#client.getChannel(), method.path, waiting);
      call.send(this.#metadataFor(ask.timeoutMs), message);
      waiting.sentOn(call, ask);
    });
  }

  #metadataFor(timeoutMs: number | undefined): Metadata {
    if (timeoutMs !== this.#metadataMs) {
      this.#metadata = metadataOf(this.#settings, timeoutMs);
      this.#metadataMs = timeoutMs;
    }
    return this.#metadata;
  }

  state(): ConnectionState {
    return this.#closed ? "closed" : STATES[this.#client.getChannel().getConnectivityState(true)];
  }

  ready(timeoutMs: number): Promise<boolean> {
    const lastMs = wallMs() + (timeoutMs > 0 ? Math.min(timeoutMs, MAX_TIMEOUT_MS) : 0);
    return new Promise((resolve) => {
      // Not `waitForReady` of grpc-js: it asks a channel that was just closed for its state, which opens it again.
      const look = (error?: Error): void => {
        if (error !== undefined || this.#closed) {
          resolve(false);
          return;
        }
        const channel = this.#client.getChannel();
        const state = channel.getConnectivityState(true);
        if (state === connectivityState.READY) resolve(true);
        else channel.watchConnectivityState(state, lastMs, look);
      };
      look();
    });
  }

  reopen(): void {
    const stuck = this.#client;
    this.#client = openChannel(this.#settings);
    // Whoever waits for a connection is told of this one's end, and looks at the new one.
    stuck.close();
  }

  close(): void {
    this.#closed = true;
    this.#client.close();
  }
}

function metadataOf({ apiKey }: AgentSettings, timeoutMs: number | undefined): Metadata {
  const metadata = new Metadata();
  if (apiKey !== undefined) metadata.set("x-api-key", apiKey);
  if (timeoutMs !== undefined) metadata.set("grpc-timeout", `${Math.ceil(timeoutMs)}m`);
  return metadata;
}

/** One call on a channel, and the listener to what becomes of it. */
class ChannelCall implements Cancellable {
  readonly #call: ReturnType<ChannelInterface["createCall"]>;
  readonly #waiting: Pick<UnaryCall<unknown, unknown>, "ended">;
  #message: Buffer | undefined;

  constructor(channel: ChannelInterface, path: string, waiting: Pick<UnaryCall<unknown, unknown>, "ended">) {
    this.#waiting = waiting;
    this.#call = channel.createCall(path, Number.POSITIVE_INFINITY, undefined, null, undefined);
  }

  send(metadata: Metadata, message: Buffer): void {
    this.#call.start(metadata, this);
    this.#call.startRead();
    this.#call.sendMessageWithContext({}, message);
    this.#call.halfClose();
  }

  cancel(): void {
    this.#call.cancelWithStatus(status.CANCELLED, "the caller no longer waits");
  }

  onReceiveMetadata(): void {}

  onReceiveMessage(message: Buffer): void {
    this.#message = message;
  }

  onReceiveStatus(answer: StatusObject): void {
    this.#waiting.ended(answer, this.#message);
  }
}

const STATES: Readonly<Record<connectivityState, ConnectionState>> = {
  [connectivityState.IDLE]: "idle",
  [connectivityState.CONNECTING]: "connecting",
  [connectivityState.READY]: "ready",
  [connectivityState.TRANSIENT_FAILURE]: "failing",
  [connectivityState.SHUTDOWN]: "closed",
};
