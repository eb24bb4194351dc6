import type { ConnectionState } from "./connection-state.ts";
import type {
  CacheDeleteRequest,
  CacheDeleteResponse,
  CacheLookupRequest,
  CacheLookupResponse,
  CacheUpsertRequest,
  CacheUpsertResponse,
} from "./contract/cache.ts";
import type { CheckRequest, CheckResponse, EndRequest, EndResponse } from "./contract/check.ts";
import type { Awaitable, CallOptions, FlowControl } from "./contract/flow-control.ts";
import type { FlowRecord } from "./contract/flow-record.ts";
import type { CheckHttpRequest } from "./contract/http.ts";

/** A control with a connection behind it. */
export interface ConnectedControl extends FlowControl {
  state(): ConnectionState;
  /** True when the connection stands, false when it does not within the time. */
  ready(timeoutMs: number): Promise<boolean>;
}

/**
 * A control whose code is being loaded: gRPC takes a tenth of a second, which only those pay who ask an agent. What comes
 * before it is there waits for it.
 */
export class RemoteControl implements ConnectedControl {
  readonly #loading: Promise<ConnectedControl>;
  #control: ConnectedControl | undefined;

  /** Takes a flow's telemetry. Absent where nobody wants it. */
  readonly recordFlow?: (record: FlowRecord) => void;

  constructor(load: () => Promise<ConnectedControl>, telemetry: boolean) {
    this.#loading = load();
    this.#loading.then(
      (control) => {
        this.#control = control;
      },
      // Each call that needs the control is told of it.
      () => undefined,
    );
    // A flow that was decided before the control was there does not exist.
    if (telemetry) this.recordFlow = (record) => this.#control?.recordFlow?.(record);
  }

  check(request: CheckRequest, call?: CallOptions): Awaitable<CheckResponse> {
    return this.#with((control) => control.check(request, call));
  }

  checkHttp(request: CheckHttpRequest, call?: CallOptions): Awaitable<CheckResponse> {
    return this.#with((control) => control.checkHttp(request, call));
  }

  end(request: EndRequest, call?: CallOptions): Awaitable<EndResponse> {
    return this.#with((control) => control.end(request, call));
  }

  cacheLookup(request: CacheLookupRequest, call?: CallOptions): Awaitable<CacheLookupResponse> {
    return this.#with((control) => control.cacheLookup(request, call));
  }

  cacheUpsert(request: CacheUpsertRequest, call?: CallOptions): Awaitable<CacheUpsertResponse> {
    return this.#with((control) => control.cacheUpsert(request, call));
  }

  cacheDelete(request: CacheDeleteRequest, call?: CallOptions): Awaitable<CacheDeleteResponse> {
    return this.#with((control) => control.cacheDelete(request, call));
  }

  state(): ConnectionState {
    return this.#control?.state() ?? "idle";
  }

  ready(timeoutMs: number): Promise<boolean> {
    return this.#loading.then(
      (control) => control.ready(timeoutMs),
      () => false,
    );
  }

  /** Never rejects: nobody could do anything about a connection that breaks while it is closed. */
  close(): Promise<void> {
    return this.#loading.then((control) => control.close()).catch(() => undefined);
  }

  #with<T>(ask: (control: ConnectedControl) => Awaitable<T>): Awaitable<T> {
    return this.#control === undefined ? this.#loading.then(ask) : ask(this.#control);
  }
}
