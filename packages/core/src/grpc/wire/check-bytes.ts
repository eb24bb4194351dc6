import type { Buffer } from "node:buffer";
import type { CheckRequest } from "../../contract/check.ts";
import { ProtoWriter } from "./proto-writer.ts";

/** Writes CheckRequest messages; see `proto/`. One for each channel, as it is used again and again. */
export class CheckRequestWriter {
  readonly #writer = new ProtoWriter();

  write({ controlPoint, labels, rampMode, expectEnd, cache }: CheckRequest): Buffer {
    const writer = this.#writer;
    if (expectEnd) writer.true(5);
    if (cache !== undefined) {
      const before = writer.length;
      for (const key of cache.globalKeys?.toReversed() ?? []) writer.text(3, key);
      if (cache.resultKey) writer.text(2, cache.resultKey);
      writer.text(1, controlPoint);
      writer.head(4, before);
    }
    if (rampMode) writer.true(3);
    for (const name of Object.keys(labels)) {
      const before = writer.length;
      writer.text(2, labels[name] as string);
      writer.text(1, name);
      writer.head(2, before);
    }
    writer.text(1, controlPoint);
    return writer.finish();
  }
}
