import { expect } from "chai";
import fc from "fast-check";
import { keccak256, stringToBytes } from "viem";
import { evidenceHash, ProtocolError } from "../src/index.ts";

describe("evidenceHash", () => {
  const record = {
    intent_id: "8b0e3a51-0f0e-4c8e-9d55-1f2f6d3a9c11",
    actor: "auth0|operator",
    reason: 'Fat "finger"\n€',
  };

  it("is keccak256 of the record in RFC 8785 form: keys in order, no space, UTF-8, the shortest escapes", () => {
    const form =
      '{"actor":"auth0|operator","intent_id":"8b0e3a51-0f0e-4c8e-9d55-1f2f6d3a9c11","reason":"Fat \\"finger\\"\\n€"}';
    expect(evidenceHash(record)).to.equal(keccak256(stringToBytes(form)));
  });

  it("does not depend on the order of the fields, nor on others", () => {
    const { intent_id, actor, reason } = record;
    const spoiled = { reason, more: 1, actor, intent_id } as typeof record;
    expect(evidenceHash(spoiled)).to.equal(evidenceHash(record));
  });

  it("differs with each field", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(text, fc.constantFrom("intent_id", "actor", "reason"), (other, field) => {
        fc.pre(other !== record[field as keyof typeof record]);
        expect(evidenceHash({ ...record, [field]: other })).to.not.equal(evidenceHash(record));
      }),
    );
  });

  it("refuses what is no whole text, and names it", () => {
    for (const field of ["intent_id", "actor", "reason"]) {
      for (const wrong of ["\ud800", 5, null, undefined]) {
        const call = () => evidenceHash({ ...record, [field]: wrong } as typeof record);
        expect(call).to.throw(ProtocolError, field).with.property("code", "evidence_input");
      }
    }
  });
});
