import type { Buffer } from "node:buffer";
import { compressionAlgorithms, status } from "@grpc/grpc-js";
import type { AgentSettings } from "../agent-options.ts";
import { ApertureError } from "../contract/errors.ts";
import type { CallOptions } from "../contract/flow-control.ts";
import { AgentConnection, type AgentMethod } from "./agent-connection.ts";
import { codeOf } from "./failure.ts";

const CALL: CallOptions = Object.freeze({ timeoutMs: 2000 });

export type ExportMethod = AgentMethod<readonly Buffer[], unknown>;

/**
 * The connection that telemetry takes to an agent; made when there is some.
 *
 * It is not that of the checks: an agent lets 64 KB come at once on a connection, and more when the client has read that it
 * may, which takes as long as all the answers before. On one connection, the checks of a busy client use that up, and half
 * of its telemetry never arrives. It is compressed for the same reason: the spans of a batch are much alike, so that a
 * tenth of their bytes is left. Node does that on another thread.
 */
export class ExportConnection {
  readonly #settings: AgentSettings;
  readonly #method: ExportMethod;
  #compressed: AgentConnection | undefined;
  /** For an agent that cannot read what is compressed. */
  #plain: AgentConnection | undefined;
  #closed = false;

  constructor(settings: AgentSettings, method: ExportMethod) {
    this.#settings = settings;
    this.#method = method;
  }

  /** @throws ApertureError APERTURE_TRANSPORT or APERTURE_CLOSED, as a rejection */
  async send(spans: readonly Buffer[]): Promise<void> {
    if (this.#plain === undefined && (await this.#sentCompressed(spans))) return;
    this.#plain ??= this.#open(this.#settings);
    await this.#plain.call(this.#method, spans, CALL);
  }

  /** False where the agent cannot read it; one that lacks the method says so too, and is then asked once more. */
  async #sentCompressed(spans: readonly Buffer[]): Promise<boolean> {
    this.#compressed ??= this.#open(compressing(this.#settings));
    try {
      await this.#compressed.call(this.#method, spans, CALL);
      return true;
    } catch (cause) {
      if (codeOf(cause as ApertureError) !== status.UNIMPLEMENTED) throw cause;
      this.#compressed.close();
      return false;
    }
  }

  #open(settings: AgentSettings): AgentConnection {
    if (this.#closed) throw new ApertureError("APERTURE_CLOSED", "the agent's client was closed", { reason: "closed" });
    return new AgentConnection(settings);
  }

  /** Calls that are on their way are still answered. */
  close(): void {
    this.#closed = true;
    this.#compressed?.close();
    this.#plain?.close();
  }
}

/** On grpc-js whatever carries the checks: it compresses, and one batch a second or so is not where the other saves. */
function compressing(settings: AgentSettings): AgentSettings {
  const channelOptions = {
    "grpc.default_compression_algorithm": compressionAlgorithms.gzip,
    ...settings.channelOptions,
  };
  return { ...settings, http2: undefined, channelOptions };
}
