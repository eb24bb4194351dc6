/** One answer off the wire. Header names are lower case; a repeated header keeps its last value. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How to find the end of an answer's body. */
export interface Framing {
  /** The answer to a HEAD request has the headers of a body and no body. */
  readonly toHead: boolean;
  readonly connectionClosed: boolean;
}

/** The first whole answer in the text with what follows it, or undefined while bytes are missing. */
export function parseResponse(text: string, framing: Framing): { response: RawResponse; rest: string } | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const [statusLine = "", ...fields] = text.slice(0, end).split("\r\n");
  const status = Number(statusLine.split(" ")[1]);
  const headers = headersOf(fields);
  const body = bodyOf(text.slice(end + 4), { status, headers, ...framing });
  return body && { response: { status, headers, body: body.text }, rest: body.rest };
}

function headersOf(fields: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const field of fields) {
    const colon = field.indexOf(":");
    headers[field.slice(0, colon).toLowerCase()] = field.slice(colon + 1).trim();
  }
  return headers;
}

interface Body {
  readonly text: string;
  readonly rest: string;
}

function bodyOf(text: string, head: Framing & Omit<RawResponse, "body">): Body | undefined {
  const { status, headers } = head;
  if (head.toHead || status === 101 || status === 204 || status === 304) return { text: "", rest: text };
  if (headers["transfer-encoding"] === "chunked") return chunksOf(text);
  const length = headers["content-length"];
  if (length === undefined) return head.connectionClosed ? { text, rest: "" } : undefined;
  const size = Number(length);
  return text.length < size ? undefined : { text: text.slice(0, size), rest: text.slice(size) };
}

function chunksOf(text: string): Body | undefined {
  let body = "";
  let at = 0;
  for (;;) {
    const line = text.indexOf("\r\n", at);
    if (line === -1) return undefined;
    const size = Number.parseInt(text.slice(at, line), 16);
    const next = line + 2 + size + 2;
    if (text.length < next) return undefined;
    if (size === 0) return { text: body, rest: text.slice(next) };
    body += text.slice(line + 2, line + 2 + size);
    at = next;
  }
}
