import { ApertureClient } from "@aperture-flow/core";
import { ApertureClient as ReferenceClient } from "@fluxninja/aperture-js";
import { Client, credentials, makeClientConstructor, type ServiceError } from "@grpc/grpc-js";
import { CHECK_PATH, CONTROL_POINT, checkService, LABELS, REQUEST, rawMethod } from "./wire.ts";

/** Starts one flow, asks whether it may run, and ends it. Fails where nobody decided. */
export type RunFlow = () => Promise<void>;

/** So long that no flow of a busy machine goes without a decision. */
const TIMEOUT_MS = 10_000;

export const OURS = "ours";
export const OURS_HTTP2 = "ours, transport http2";
export const STUB = "proto-loader stub, Check alone";
export const REFERENCE = "@fluxninja/aperture-js";
export const RAW = "floor: grpc-js, bytes as they are";

/** All that ask an agent, each in the configuration that costs it the least. */
export const CLIENTS: Readonly<Record<string, (address: string) => Promise<RunFlow>>> = {
  [RAW]: async (address) => {
    const client = new Client(address, credentials.createInsecure());
    const { requestSerialize, responseDeserialize } = rawMethod(CHECK_PATH);
    const request = requestBytes();
    return () =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(CHECK_PATH, requestSerialize, responseDeserialize, request, settle(resolve, reject));
      });
  },
  [STUB]: async (address) => {
    const Stub = makeClientConstructor(checkService(), "FlowControlService");
    // The methods of a stub are known at run time only.
    const stub = new Stub(address, credentials.createInsecure()) as unknown as CheckStub;
    return () => new Promise((resolve, reject) => stub.Check(REQUEST, settle(resolve, reject)));
  },
  [REFERENCE]: async (address) => {
    const client = new ReferenceClient({ address, channelCredentials: credentials.createInsecure() });
    return async () => {
      const flow = await client.startFlow(CONTROL_POINT, { labels: { ...LABELS } });
      if (flow.error() !== null) throw flow.error();
      if (flow.shouldRun()) flow.end();
    };
  },
  [OURS]: (address) => ours(address, "grpc-js"),
  [OURS_HTTP2]: (address) => ours(address, "http2"),
};

async function ours(address: string, transport: "grpc-js" | "http2"): Promise<RunFlow> {
  const client = new ApertureClient({ address, insecure: true, transport, timeoutMs: TIMEOUT_MS });
  await client.ready();
  return async () => {
    const flow = await client.startFlow(CONTROL_POINT, { labels: LABELS });
    if (flow.error() !== undefined) throw flow.error();
    if (flow.shouldRun()) void flow.end();
  };
}

interface CheckStub {
  Check(request: object, answered: (error: ServiceError | null, response?: object) => void): void;
}

function requestBytes(): Buffer {
  const { Check } = checkService();
  return (Check as NonNullable<typeof Check>).requestSerialize(REQUEST);
}

function settle(resolve: () => void, reject: (error: Error) => void): (error: ServiceError | null) => void {
  return (error) => (error === null ? resolve() : reject(error));
}
