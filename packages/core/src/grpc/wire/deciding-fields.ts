import { Buffer } from "node:buffer";

/** Of a CheckResponse: end, services, flow_label_keys, telemetry_flow_labels, classifier_infos, flux_meter_infos. */
const HANDED_BACK = new Set([2, 4, 6, 7, 10, 11]);

/** Of the time at which deciding began, that there is one. */
const EMPTIED = 1;

/** The wire type of texts, bytes and messages. */
const BYTES = 2;

/**
 * The answer to a check without what decides nothing. An agent sends the labels of a flow along, for its telemetry, which
 * takes the bytes as they came; to read them costs as much as all the rest of a flow's answer.
 *
 * What cannot be followed is left as it is, for the reader of messages to complain of.
 */
export function decidingFields(answer: Buffer): Buffer {
  const deciding = Buffer.allocUnsafe(answer.length);
  let length = 0;
  for (let start = 0; start < answer.length; ) {
    const tag = answer[start] as number;
    // Only fields below 16 have tags of one byte; the first that has not ends the part that may be shortened.
    if (tag > 127 || (tag & 7) > BYTES) return Buffer.concat([deciding.subarray(0, length), answer.subarray(start)]);
    const end = endOfField(answer, start + 1, tag & 7);
    if (end > answer.length) return answer;
    if (tag === EMPTIED * 8 + BYTES) {
      deciding[length] = tag;
      deciding[length + 1] = 0;
      length += 2;
    } else if (!HANDED_BACK.has(tag >> 3)) {
      answer.copy(deciding, length, start, end);
      length += end - start;
    }
    start = end;
  }
  return deciding.subarray(0, length);
}

/** Where the next field begins; beyond the message for one that is cut off. */
function endOfField(message: Buffer, start: number, wireType: number): number {
  if (wireType === 1) return start + 8;
  let [value, position] = [0, start];
  for (let factor = 1; position - start < 10; factor *= 128) {
    const byte = message[position];
    if (byte === undefined) return Number.POSITIVE_INFINITY;
    position += 1;
    value += (byte & 127) * factor;
    if (byte < 128) return wireType === BYTES ? position + value : position;
  }
  return Number.POSITIVE_INFINITY;
}
