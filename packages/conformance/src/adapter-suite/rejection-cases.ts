import { rejected } from "@aperture-flow/core/testing";
import { expect } from "chai";
import { rejectedFor } from "./limiter-answers.ts";
import { ECHO, OK } from "./routes.ts";
import type { OpenApp } from "./running-app.ts";
import { until } from "./until.ts";

/** How a rejected request is answered. */
export function rejectionCases(open: OpenApp): void {
  for (const [waitMs, seconds] of [
    [1, "1"],
    [1000, "1"],
    [1001, "2"],
    [61_500.5, "62"],
    [0, undefined],
  ] as const) {
    it(`says Retry-After ${seconds} for a wait of ${waitMs} ms`, async () => {
      const app = await open({ answers: [rejectedFor(waitMs)], routes: [OK] });
      expect((await app.request({ path: "/ok" })).headers["retry-after"]).to.equal(seconds);
    });
  }

  it("explains itself as a JSON problem", async () => {
    const app = await open({ answers: [rejectedFor(1500.2)], routes: [OK] });
    const answer = await app.request({ path: "/ok" });
    expect(answer.headers["content-type"]).to.equal("application/problem+json; charset=utf-8");
    expect(answer.headers["cache-control"]).to.equal("no-store");
    expect(JSON.parse(answer.body)).to.deep.equal({
      type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
      title: "Quota exceeded",
      status: 429,
      detail: "The limit for requests like this one is used up. Try again in 2 s.",
      "violated-policies": ["login"],
      retry_after_ms: 1501,
    });
  });

  for (const [accept, type] of [
    ["application/json", "application/problem+json"],
    ["text/html, */*;q=0.1", "application/problem+json"],
    ["text/html", "text/plain"],
    ["text/html, application/json;q=0", "text/plain"],
  ] as const) {
    it(`answers ${type} to "Accept: ${accept}"`, async () => {
      const app = await open({ answers: [rejectedFor(1500)], routes: [OK] });
      const answer = await app.request({ path: "/ok", headers: { Accept: accept } });
      expect(answer.headers["content-type"]).to.equal(`${type}; charset=utf-8`);
      expect(answer.body).to.contain("Try again in 2 s.");
    });
  }

  it("says how long its body is", async () => {
    const app = await open({ answers: [rejectedFor(1500)], routes: [OK] });
    const { headers, body } = await app.request({ path: "/ok" });
    expect(headers["content-length"]).to.equal(String(Buffer.byteLength(body)));
    expect(headers).not.to.have.property("transfer-encoding");
  });

  it("sends a rejected HEAD the headers and no body", async () => {
    const app = await open({ answers: [rejectedFor(1500)], routes: [OK] });
    const client = await app.connect();
    client.send({ method: "HEAD", path: "/ok" });
    const answer = await client.response();
    expect(answer.status).to.equal(429);
    expect(answer.headers).to.include({ "retry-after": "2", "cache-control": "no-store" });
    client.send({ path: "/ok" });
    expect((await client.response()).status, "the next answer begins where it should").to.equal(429);
  });

  for (const [reason, status, title] of [
    ["no-tokens", 503, "Temporarily reduced capacity"],
    ["not-sampled", 403, "Forbidden"],
    ["no-matching-ramp", 403, "Forbidden"],
    ["rate-limited", 418, "Quota exceeded"],
  ] as const) {
    it(`answers ${status} where the policy says so (${reason})`, async () => {
      const app = await open({ answers: [rejected({ reason, status })], routes: [OK] });
      const answer = await app.request({ path: "/ok" });
      expect(answer.status).to.equal(status);
      expect(JSON.parse(answer.body)).to.include({ status, title });
    });
  }

  it("tells the client nothing of the flow's labels", async () => {
    const app = await open({ answers: [rejectedFor(1500)], options: { labels: { user: "s3cret" } }, routes: [OK] });
    const answer = await app.request({ path: "/ok" });
    expect(JSON.stringify(answer)).not.to.contain("s3cret");
  });

  it("lets onReject answer instead", async () => {
    const app = await open({
      answers: [rejectedFor(1500)],
      onReject: (rejection, visit) =>
        visit.send({ status: 420, headers: { "X-Wait": rejection.headers["retry-after"] ?? "" }, body: "calm" }),
      routes: [OK],
    });
    const answer = await app.request({ path: "/ok" });
    expect(answer).to.include({ status: 420, body: "calm" });
    expect(answer.headers["x-wait"]).to.equal("2");
    expect(app.visits).to.have.lengthOf(0);
  });

  it("leaves no header of its own to onReject but those that accepted answers have, too", async () => {
    const app = await open({
      answers: [rejectedFor(1500)],
      onReject: (_rejection, visit) => visit.send({ status: 302, headers: { Location: "/busy" }, body: "" }),
      routes: [OK],
    });
    const { status, headers } = await app.request({ path: "/ok" });
    expect(status).to.equal(302);
    expect(headers).to.include({ location: "/busy", ratelimit: '"login";r=0;t=2' });
    expect(headers).not.to.have.any.keys("retry-after", "cache-control");
    expect(headers["content-type"] ?? "").not.to.contain("problem");
  });

  it("waits for an onReject that takes its time", async () => {
    const app = await open({
      answers: [rejected()],
      onReject: async (_rejection, visit) => {
        await Promise.resolve();
        visit.send({ status: 420, body: "calm" });
      },
      routes: [OK],
    });
    expect(await app.request({ path: "/ok" })).to.include({ status: 420, body: "calm" });
  });

  for (const [how, fail] of [
    ["throws", () => raise()],
    ["rejects", async () => raise()],
  ] as const) {
    it(`leaves it to the framework's error handling when onReject ${how}`, async () => {
      const app = await open({ answers: [rejected()], onReject: fail, routes: [OK] });
      expect(await app.request({ path: "/ok" })).to.include({ status: 500, body: "framework: not me" });
      expect(app.visits).to.have.lengthOf(0);
    });
  }

  it("closes the connection when it rejects a large upload that is still coming", async () => {
    const app = await open({ answers: [rejected()], routes: [ECHO] });
    const client = await app.connect();
    client.send({ method: "POST", path: "/echo", headers: { "Content-Length": "1000000000" } });
    client.write("x".repeat(100_000));
    const answer = await client.response();
    expect(answer.status).to.equal(429);
    expect(answer.headers["connection"]).to.equal("close");
    await until(() => client.closed, "the server closes the connection");
  });

  it("closes the connection when it rejects an upload of unknown length", async () => {
    const app = await open({ answers: [rejected()], routes: [ECHO] });
    const client = await app.connect();
    client.send({ method: "POST", path: "/echo", headers: { "Transfer-Encoding": "chunked" } });
    client.write("5\r\nhello\r\n");
    expect((await client.response()).headers["connection"]).to.equal("close");
    await until(() => client.closed, "the server closes the connection");
  });

  it("keeps the connection when it rejects a small upload", async () => {
    const app = await open({ answers: [rejected()], routes: [ECHO] });
    const client = await app.connect();
    client.send({ method: "POST", path: "/echo", body: "hello", headers: { "Content-Type": "text/plain" } });
    client.send({ method: "POST", path: "/echo", body: "hello", headers: { "Content-Type": "text/plain" } });
    expect((await client.response()).status).to.equal(429);
    expect((await client.response()).status).to.equal(429);
  });
}

function raise(): never {
  throw new Error("not me");
}
