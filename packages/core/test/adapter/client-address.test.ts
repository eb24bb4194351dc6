import { isIP } from "node:net";
import { expect } from "chai";
import fc from "fast-check";
import { clientAddress, plainAddress } from "../../src/adapter/client-address.ts";

describe("clientAddress", () => {
  const rows: readonly (readonly [address: string, bits: number, label: string | undefined])[] = [
    ["192.0.2.7", 64, "192.0.2.7"],
    ["0.0.0.0", 64, "0.0.0.0"],
    ["::ffff:192.0.2.7", 64, "192.0.2.7"],
    ["::FFFF:192.0.2.7", 64, "192.0.2.7"],
    ["::ffff:c000:207", 64, "192.0.2.7"],
    ["0:0:0:0:0:ffff:192.0.2.7", 128, "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", 64, "2001:db8:1:2::/64"],
    ["2001:DB8:0001:0002::6", 64, "2001:db8:1:2::/64"],
    ["2001:db8:1:2:3:4:5:6", 56, "2001:db8:1::/56"],
    ["2001:db8:1:2ff:3:4:5:6", 56, "2001:db8:1:200::/56"],
    ["2001:db8:1:2:3:4:5:6", 32, "2001:db8::/32"],
    ["2001:db8:1:2:3:4:5:6", 33, "2001:db8::/33"],
    ["2001:db8:8001:2:3:4:5:6", 33, "2001:db8:8000::/33"],
    ["2001:db8:1:2:3:4:5:6", 128, "2001:db8:1:2:3:4:5:6/128"],
    ["2001:db8:1:2:3:4:5:6", 112, "2001:db8:1:2:3:4:5::/112"],
    ["2001:db8::", 64, "2001:db8::/64"],
    ["::1", 64, "::/64"],
    ["::1", 128, "0:0:0:0:0:0:0:1/128"],
    ["::", 128, "::/128"],
    ["fe80::1%eth0", 64, "fe80::/64"],
    ["fe80::1%eth0.100", 128, "fe80:0:0:0:0:0:0:1/128"],
    ["64:ff9b::192.0.2.7", 64, "64:ff9b::/64"],
    ["::192.0.2.7", 128, "0:0:0:0:0:0:c000:207/128"],
    ["", 64, undefined],
    ["unknown", 64, undefined],
    ["localhost", 64, undefined],
    ["192.0.2.7:8080", 64, undefined],
    ["192.0.2.256", 64, undefined],
    ["0192.0.2.7", 64, undefined],
    ["192.0.2", 64, undefined],
    ["[::1]", 64, undefined],
    ["1::2::3", 64, undefined],
    ["::ffff:192.0.2.7, 10.0.0.1", 64, undefined],
    ["%eth0", 64, undefined],
    ["/run/app.sock:", 64, undefined],
  ];
  for (const [address, bits, label] of rows) {
    it(`"${address}" at ${bits} bits -> ${label}`, () => expect(clientAddress(address, bits)).to.equal(label));
  }
});

describe("clientAddress, for any address", () => {
  const prefix = fc.integer({ min: 32, max: 128 });
  const groups = fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 });
  const written = (numbers: readonly number[]) => numbers.map((number) => number.toString(16)).join(":");

  it("is the network of an IPv6 address, which every address in it has", () => {
    fc.assert(
      fc.property(groups, groups, prefix, (numbers, others, bits) => {
        // The same network: the first bits of the one address, the rest of the other.
        const neighbour = numbers.map((group, index) => {
          const kept = Math.min(16, Math.max(0, bits - index * 16));
          const mask = (0xffff << (16 - kept)) & 0xffff;
          return (group & mask) | ((others[index] ?? 0) & ~mask & 0xffff);
        });
        const label = clientAddress(written(numbers), bits);
        expect(clientAddress(written(neighbour), bits)).to.equal(label);
        const [network = "", length] = label?.split("/") ?? [];
        expect([isIP(network), length]).to.deep.equal([6, String(bits)]);
        expect(clientAddress(network, bits)).to.equal(label);
      }),
    );
  });

  it("tells two networks apart", () => {
    fc.assert(
      fc.property(groups, prefix, fc.nat(), (numbers, bits, seed) => {
        const bit = seed % bits;
        const flipped = numbers.map((group, index) => (index === bit >> 4 ? group ^ (0x8000 >> (bit & 15)) : group));
        expect(clientAddress(written(flipped), bits)).not.to.equal(clientAddress(written(numbers), bits));
      }),
    );
  });

  it("does not depend on how an address is written", () => {
    fc.assert(
      fc.property(fc.ipV6(), prefix, (address, bits) => {
        const label = clientAddress(address, bits);
        expect(label, address).to.be.a("string");
        // A URL's host is the address in its one canonical form.
        const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
        expect(clientAddress(canonical, bits)).to.equal(label);
      }),
    );
  });

  it("keeps IPv4, also where a dual-stack socket shows it as IPv6", () => {
    fc.assert(
      fc.property(fc.ipV4(), prefix, (address, bits) => {
        expect(clientAddress(address, bits)).to.equal(address);
        expect(clientAddress(`::ffff:${address}`, bits)).to.equal(address);
      }),
    );
  });

  it("is nothing for other text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), prefix, (text, bits) => {
        if (isIP(text) === 0) expect(clientAddress(text, bits)).to.equal(undefined);
      }),
    );
  });
});

describe("plainAddress", () => {
  for (const [address, plain] of [
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8::1", "2001:db8::1"],
    ["fe80::1%eth0", "fe80::1"],
    ["::1", "::1"],
    ["unknown", undefined],
    ["", undefined],
    ["10.0.0.1:80", undefined],
  ] as const) {
    it(`of "${address}" is ${plain}`, () => expect(plainAddress(address)).to.equal(plain));
  }
});
