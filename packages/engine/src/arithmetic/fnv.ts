/**
 * FNV-1a with 32 bits (Fowler, Noll, Vo):
 *
 *   hash = 2166136261;  for each byte:  hash = (hash xor byte) * 16777619 mod 2^32
 *
 * It is here because Aperture's samplers use it, unsalted: a session that one agent lets in, all let in. Short texts that
 * differ at their end only get hashes close together, so a sampler that lets 10 % of the range in may let in more or fewer
 * of a few sessions. Where nobody has to agree with us, a Map is the better hash.
 */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of utf8.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

const utf8 = new TextEncoder();
