import autocannon from "autocannon";
import { answer } from "../own-process.ts";
import { PATH, USER, USER_HEADER } from "./light-exchange.ts";

export interface Load {
  readonly port: number;
  readonly connections: number;
  /** For so long; or, to see that it runs, until so many were answered. */
  readonly until: { readonly duration: number } | { readonly amount: number };
}

export interface Served {
  readonly requests: number;
  readonly perSecond: number;
}

answer(async ({ port, connections, until }: Load): Promise<Served> => {
  const url = `http://127.0.0.1:${port}${PATH}`;
  const headers = { [USER_HEADER]: USER };
  const result = await autocannon({ url, connections, ...until, headers, excludeErrorStats: true });
  const failed = result.non2xx + result.errors;
  if (failed > 0) throw new Error(`${failed} requests to ${url} went wrong`);
  return { requests: result.requests.total, perSecond: result.requests.total / result.duration };
});
