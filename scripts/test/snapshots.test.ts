import { expect } from "chai";
import { compare } from "../snapshots/compare.ts";
import { layouts } from "../snapshots/compiled.ts";

describe("comparing snapshots", () => {
  it("finds nothing where nothing differs", () => {
    expect(compare({ create: 1, layout: ["a"] }, { layout: ["a"], create: 1 })).to.deep.equal([]);
  });

  it("names what changed, what is new and what is gone", () => {
    expect(compare({ create: 1, layout: ["a"], old: 3 }, { create: 2, layout: ["a", "b"], fresh: 4 })).to.deep.equal([
      '"create" was 1 and is 2',
      '"layout" was ["a"] and is ["a","b"]',
      '"old" is gone: it was 3',
      '"fresh" is new: 4',
    ]);
  });
});

describe("storage layouts", () => {
  const escrow = contract("KeystoneEscrow", "_entries", "_wallets");

  it("are told by name", () => {
    const lines = ["0.0 _entries: uint256", "1.0 _wallets: uint256"];
    const extension = { ...escrow, name: "KeystoneEscrowExtension" };
    expect(layouts([escrow, extension])).to.deep.equal({ KeystoneEscrow: lines, KeystoneEscrowExtension: lines });
  });

  for (const [what, extension] of Object.entries({
    "in another order": contract("KeystoneEscrowExtension", "_wallets", "_entries"),
    "with one more": contract("KeystoneEscrowExtension", "_entries", "_wallets", "_own"),
    "with one less": contract("KeystoneEscrowExtension", "_entries"),
    "that is not there": contract("Another", "_entries", "_wallets"),
  })) {
    it(`refuse an extension of the escrow ${what}`, () => {
      expect(() => layouts([escrow, extension])).to.throw(
        "KeystoneEscrowExtension shares the storage of KeystoneEscrow",
      );
    });
  }
});

function contract(name: string, ...labels: string[]) {
  const storage = labels.map((label, slot) => ({ label, slot: String(slot), offset: 0, type: "word" }));
  return { name, bytes: 1_000, layout: { storage, types: { word: { label: "uint256", numberOfBytes: "32" } } } };
}
