import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { Ownership } from "./campaign/ownership.ts";

describe("whose an id is", () => {
  const ada = { tenant: "ada", side: "first" };
  const ben = { tenant: "ben", side: "first" };
  const cyd = { tenant: "cyd", side: "second" };
  const [id, other] = [randomUUID(), randomUUID()];

  it("belongs to who was told it first, and to nobody of another side", () => {
    const ownership = new Ownership();
    expect(ownership.foreign("listSettlements", ada, "", { items: [{ id }] })).to.deep.equal([]);
    expect(ownership.foreign("listSettlements", ben, "", { items: [{ id }] })).to.deep.equal([]);
    expect(ownership.foreign("listSettlements", cyd, "", { items: [{ id: other }, { id }] })).to.deep.equal([id]);
  });

  it("is kept from the other side of a trade where it is of something private, not where it is only named", () => {
    const ownership = new Ownership();
    const settlement_id = other;
    expect(ownership.foreign("getInstruction", ada, "", { id, settlement_id })).to.deep.equal([]);
    expect(ownership.foreign("getSettlement", ben, "", { id: settlement_id })).to.deep.equal([]);
    expect(ownership.foreign("listActivity", ben, "", { items: [{ detail: `of ${id}` }] })).to.deep.equal([id]);
  });

  it("is known in slugs and names that hold it", () => {
    const ownership = new Ownership();
    ownership.own("ada", "first", `p-${id}`);
    expect(ownership.foreign("getPlatform", ben, "", { name: `Platform p-${id}` })).to.deep.equal([id]);
    expect(ownership.foreign("getPlatform", ada, "", { name: `Platform p-${id}` })).to.deep.equal([]);
  });

  it("may come back to who sent it, and is nobody's where everybody sees it", () => {
    const ownership = new Ownership();
    ownership.own("ada", "first", id);
    ownership.share({ items: [{ id: other }] });
    expect(ownership.foreign("getSettlement", cyd, `/v1/settlements/${id}`, { detail: id })).to.deep.equal([]);
    expect(ownership.foreign("listSettlementTemplates", cyd, "", { id: other })).to.deep.equal([]);
  });
});
