import { expect } from "chai";
import { compare } from "../snapshots/compare.ts";

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
