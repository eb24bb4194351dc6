import { type Server, ServerCredentials } from "@grpc/grpc-js";

/** The port of this machine alone that the server begins to listen on. */
export function boundPort(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}
