import { isSpanContextValid } from "@opentelemetry/api";
import { expect } from "chai";
import { NO_SPAN } from "../src/no-span.ts";

describe("NO_SPAN", () => {
  it("records nothing and belongs to no trace", () => {
    expect(NO_SPAN.isRecording()).to.equal(false);
    expect(isSpanContextValid(NO_SPAN.spanContext())).to.equal(false);
  });

  it("takes every call of a span, in a chain", () => {
    const span = NO_SPAN.setAttribute("a", 1)
      .setAttributes({ b: 2 })
      .addEvent("event")
      .addLink({ context: NO_SPAN.spanContext() })
      .addLinks([])
      .setStatus({ code: 1 })
      .updateName("name");
    span.recordException(new Error("broken"));
    span.end();
    expect(span).to.equal(NO_SPAN);
  });
});
