import { isIP, isIPv6 } from "node:net";

/**
 * The label `client.address`: an IPv4 address as it is, also when a dual-stack socket shows it as `::ffff:a.b.c.d`; an
 * IPv6 address as its network, `2001:db8:1:2::/64`, because one customer owns all addresses of one. Undefined for text
 * that is no address.
 */
export function clientAddress(address: string, ipv6PrefixLength: number): string | undefined {
  if (!address.includes(":")) return isIP(address) === 4 ? address : undefined;
  const plain = address.split("%", 1)[0] ?? "";
  if (!isIPv6(plain)) return undefined;
  const groups = groupsOf(plain);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return dotted(groups);
  return `${network(groups, ipv6PrefixLength)}/${ipv6PrefixLength}`;
}

/** The address itself: as IPv4 where it is one, and without a zone. Undefined for text that is no address. */
export function plainAddress(address: string): string | undefined {
  const label = clientAddress(address, 128);
  return label?.includes(":") ? address.split("%", 1)[0] : label;
}

/** The eight numbers of a valid IPv6 address, whose last two may be written as IPv4. */
function groupsOf(address: string): readonly number[] {
  const [head = "", tail] = address.split("::");
  const before = numbers(head);
  if (tail === undefined) return before;
  const after = numbers(tail);
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function numbers(text: string): readonly number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

function dotted(groups: readonly number[]): string {
  const [high = 0, low = 0] = groups.slice(6);
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

function network(groups: readonly number[], prefixLength: number): string {
  const kept = groups.map((group, index) => group & maskOf(prefixLength - index * 16));
  let length = 8;
  while (length > 0 && kept[length - 1] === 0) length -= 1;
  const text = kept.slice(0, length).map((group) => group.toString(16));
  return length === 8 ? text.join(":") : `${text.join(":")}::`;
}

function maskOf(bits: number): number {
  if (bits >= 16) return 0xffff;
  return bits <= 0 ? 0 : (0xffff << (16 - bits)) & 0xffff;
}
