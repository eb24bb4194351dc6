import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import type { WireMethod } from "../../src/grpc/wire/load-proto.ts";

/** Calls methods with messages as on the wire, as a foreign SDK does. */
export class RawClient {
  readonly #client: Client;

  constructor(address: string) {
    this.#client = new Client(address, credentials.createInsecure());
  }

  call<Request, Response>(
    method: WireMethod<Request, Response>,
    request: Request,
    timeoutMs = 10_000,
  ): Promise<Response> {
    const { path, requestSerialize, responseDeserialize } = method;
    const options = { deadline: Date.now() + timeoutMs };
    return new Promise((resolve, reject) => {
      const done = (error: ServiceError | null, response?: Response) =>
        error === null ? resolve(response as Response) : reject(error);
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        new Metadata(),
        options,
        done,
      );
    });
  }

  /** The status of a call that must fail. */
  async failure<Request, Response>(
    method: WireMethod<Request, Response>,
    request: Request,
    timeoutMs?: number,
  ): Promise<Pick<ServiceError, "code" | "details">> {
    try {
      await this.call(method, request, timeoutMs);
    } catch (error) {
      const { code, details } = error as ServiceError;
      return { code, details };
    }
    throw new Error("the call succeeded");
  }

  close(): void {
    this.#client.close();
  }
}
