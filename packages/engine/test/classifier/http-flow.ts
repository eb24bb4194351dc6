import type { HttpFlow } from "../../src/classifier/attribute.ts";

/** A flow of this request, in which everything else is ordinary. */
export function httpFlow(http: Partial<HttpFlow["http"]> = {}, peers: Omit<HttpFlow, "http"> = {}): HttpFlow {
  return {
    http: {
      method: "POST",
      path: "/api/v1/users?a=1&a=2&b=%20",
      host: "shop.example",
      scheme: "https",
      protocol: "HTTP/1.1",
      size: 0,
      headers: {},
      ...http,
    },
    ...peers,
  };
}
