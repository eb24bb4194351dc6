/**
 * The transport's class as a client finds it. A client loads its transport when it needs it, and what is loaded so is not
 * the module that a test imports at its top.
 */
export async function laterHttp2Transport() {
  const { Http2Transport } = await import("../../src/grpc/http2/http2-transport.ts");
  return Http2Transport;
}
