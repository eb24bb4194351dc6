import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";

/** A request as Node's parser makes it, of a socket that was never connected. */
export function messageOf(headers: Record<string, string | undefined> = {}, parts: Partial<IncomingMessage> = {}) {
  const message = new IncomingMessage(new Socket());
  Object.assign(message, { method: "GET", httpVersion: "1.1", httpVersionMajor: 1, ...parts });
  Object.assign(message.headers, headers);
  return message;
}

/** A response that goes nowhere. */
export function responseOf(headers: Record<string, string | string[]> = {}): ServerResponse {
  const response = new ServerResponse(messageOf());
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  return response;
}
