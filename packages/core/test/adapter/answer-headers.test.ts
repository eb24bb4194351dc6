import { expect } from "chai";
import { exposeRateLimitHeaders, hasCors, leavesBodyUnread } from "../../src/adapter/answer-headers.ts";
import { messageOf, responseOf } from "./sample-message.ts";

const CORS = { "Access-Control-Allow-Origin": "https://shop.example" };
const OURS = "RateLimit, RateLimit-Policy, Retry-After";
const OURS_AND_LEGACY = `${OURS}, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset`;

describe("exposeRateLimitHeaders", () => {
  const exposing = (value: string | string[]) => ({ ...CORS, "Access-Control-Expose-Headers": value });
  const rows: readonly (readonly [
    title: string,
    headers: Record<string, string | string[]>,
    expose: boolean | undefined,
    legacy: boolean,
    exposed: unknown,
  ])[] = [
    ["nothing without CORS", {}, undefined, false, undefined],
    ["ours with CORS", CORS, undefined, false, OURS],
    ["ours without CORS where told to", {}, true, false, OURS],
    ["nothing where told not to", CORS, false, false, undefined],
    ["the older ones too", CORS, undefined, true, OURS_AND_LEGACY],
    ["ours after those of the application", exposing("ETag,  X-Id"), undefined, false, `ETag, X-Id, ${OURS}`],
    ["ours after a list of them", exposing(["ETag", "X-Id"]), undefined, false, `ETag, X-Id, ${OURS}`],
    ["none twice", exposing("retry-after, RATELIMIT"), undefined, false, "retry-after, RATELIMIT, RateLimit-Policy"],
    ["no more than all", exposing("*"), undefined, false, "*"],
  ];
  for (const [title, headers, expose, legacy, exposed] of rows) {
    it(`exposes ${title}`, () => {
      const response = responseOf(headers);
      if (expose ?? hasCors(response)) exposeRateLimitHeaders(response, legacy);
      expect(response.getHeader("Access-Control-Expose-Headers")).to.equal(exposed);
    });
  }

  it("adds nothing the second time", () => {
    const response = responseOf(CORS);
    exposeRateLimitHeaders(response, true);
    exposeRateLimitHeaders(response, true);
    expect(response.getHeader("Access-Control-Expose-Headers")).to.equal(OURS_AND_LEGACY);
  });
});

describe("leavesBodyUnread", () => {
  const rows: readonly (readonly [title: string, headers: Record<string, string>, parts: object, unread: boolean])[] = [
    ["no body", {}, {}, false],
    ["a short body", { "content-length": "65536" }, {}, false],
    ["a long body", { "content-length": "65537" }, {}, true],
    ["a body of unknown length", { "transfer-encoding": "chunked" }, {}, true],
    ["a long body that is there already", { "content-length": "65537" }, { complete: true }, false],
    ["a long body of HTTP/2, which has streams", { "content-length": "65537" }, { httpVersionMajor: 2 }, false],
  ];
  for (const [title, headers, parts, unread] of rows) {
    it(`is ${unread} for ${title}`, () => expect(leavesBodyUnread(messageOf(headers, parts))).to.equal(unread));
  }
});
