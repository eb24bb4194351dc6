import { expect } from "chai";
import fc from "fast-check";
import { Complaints } from "../src/complaints.ts";
import { CollectedWarnings } from "./collected-warnings.ts";

const MINUTE_MS = 60_000;

function complaintsAt(startMs: number) {
  const logger = new CollectedWarnings();
  const time = { nowMs: startMs };
  return { complaints: new Complaints(logger, () => time.nowMs), messages: logger.messages, time };
}

describe("Complaints", () => {
  it("says a thing once a minute, and how often it was kept back", () => {
    const { complaints, messages, time } = complaintsAt(5);
    const say = () => complaints.say("topic", () => `said at ${time.nowMs}`);
    say();
    time.nowMs += MINUTE_MS - 1;
    say();
    say();
    time.nowMs += 1;
    say();
    time.nowMs += MINUTE_MS;
    say();
    expect(messages).to.deep.equal([
      "said at 5",
      "said at 60005 (and 2 times since it was said last)",
      "said at 120005",
    ]);
  });

  it("keeps topics apart", () => {
    const { complaints, messages } = complaintsAt(0);
    for (const topic of ["a", "b", "a", "b"]) complaints.say(topic, () => topic);
    expect(messages).to.deep.equal(["a", "b"]);
  });

  it("makes no message that nobody hears", () => {
    const { complaints } = complaintsAt(0);
    let made = 0;
    const make = () => {
      made += 1;
      return "message";
    };
    for (let index = 0; index < 10; index += 1) complaints.say("topic", make);
    expect(made).to.equal(1);
  });

  it("remembers 256 topics and starts afresh beyond", () => {
    const { complaints, messages } = complaintsAt(0);
    for (let index = 0; index < 256; index += 1) complaints.say(`topic ${index}`, () => "once");
    complaints.say("topic 0", () => "kept back");
    expect(messages).to.have.length(256);
    complaints.say("topic 256", () => "one more");
    complaints.say("topic 0", () => "again");
    expect(messages.slice(256)).to.deep.equal(["one more", "again"]);
  });

  it("survives a logger that throws", () => {
    const logger = {
      warn: () => {
        throw new Error("disk full");
      },
    };
    expect(() => new Complaints(logger).say("topic", () => "message")).not.to.throw();
  });

  it("survives a message that cannot be made", () => {
    const { complaints, messages } = complaintsAt(0);
    const symbol: unknown = Symbol("no text");
    complaints.say("topic", () => `${symbol as string}`);
    expect(messages).to.deep.equal([]);
  });
});

describe("Complaints, what they print", () => {
  function printed(text: string): string | undefined {
    const { complaints, messages } = complaintsAt(0);
    complaints.say("topic", () => text);
    return messages[0];
  }

  it("replaces what could forge lines or colours of a log", () => {
    expect(printed("a\r\nb\u001b[31mc\u0000\u0085\u2028\u2029d\te")).to.equal("a??b?[31mc????d?e");
  });

  it("keeps other text, in any script", () => {
    expect(printed("grüße, 世界 😀")).to.equal("grüße, 世界 😀");
  });

  it("cuts what is too long", () => {
    expect(printed("x".repeat(100_000))).to.equal("x".repeat(500));
  });

  it("is one line, whatever it is given", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(printed(text)).to.match(/^[^\p{Cc}\u2028\u2029]{0,500}$/u);
      }),
    );
  });
});
