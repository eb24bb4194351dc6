import type { FlowHttp, FlowParams } from "../flow-params.ts";
import type { LabelValues } from "../labels.ts";
import type { Departure } from "./departure.ts";
import type { AdapterOptions } from "./options.ts";

/**
 * What a gate says of one flow. A class for its one getter: a getter in an object literal makes V8 describe the shape of
 * each such object anew, which cost five times what the rest of an admission does.
 */
export class GateParams implements FlowParams {
  readonly labels: readonly LabelValues[];
  readonly http: FlowHttp | undefined;
  readonly timeoutMs: number | undefined;
  readonly rampMode: boolean | undefined;
  readonly onUnreachable: "run" | "reject" | undefined;
  readonly departure: Departure;

  constructor(options: Options, { labels, http }: FlowSubject, departure: Departure) {
    this.labels = labels;
    this.http = http;
    this.timeoutMs = options.timeoutMs;
    this.rampMode = options.rampMode;
    this.onUnreachable = options.onUnreachable;
    this.departure = departure;
  }

  get signal(): AbortSignal {
    return this.departure.signal;
  }
}

/** What a flow is about. */
export interface FlowSubject {
  readonly labels: readonly LabelValues[];
  readonly http: FlowHttp | undefined;
}

type Options = Pick<AdapterOptions<unknown>, "timeoutMs" | "rampMode" | "onUnreachable">;
