import { expect } from "chai";
import { duplicates } from "../../src/demo/ledger/duplicates.ts";
import type { Entry } from "../../src/demo/ledger/entry.ts";

const settlementHash = `0x${"ab".repeat(32)}` as const;
let counter = 0;

function entry(part: Partial<Entry>): Entry {
  counter += 1;
  const hash = `0x${counter.toString(16).padStart(64, "0")}` as const;
  const rest = {
    chainId: 1,
    hash,
    settlementHash,
    leg: null,
    gasUsed: 1,
    timestamp: 100,
    subject: "",
    sent: [],
    received: [],
  };
  return { ...rest, kind: "advance", ...part };
}

const locked = (guid: string) => ({ guid: `0x${guid}` as const, kind: "LOCKED", targetChainId: 2 });

describe("duplicates in the ledger", () => {
  it("finds two transactions for one settlement, kind, leg and chain", () => {
    expect(duplicates([entry({ kind: "create" }), entry({ kind: "create" })])).to.have.length(1);
    expect(duplicates([entry({ kind: "deposit", leg: 0 }), entry({ kind: "deposit", leg: 0 })])).to.have.length(1);
    expect(
      duplicates([entry({ kind: "attest", subject: "a#1" }), entry({ kind: "attest", subject: "a#1" })]),
    ).to.have.length(1);
  });

  it("finds a walk that did nothing beside another that did nothing", () => {
    expect(duplicates([entry({ subject: "" }), entry({ subject: "" })])).to.have.length(1);
  });

  it("keeps apart legs, chains, settlements and what was said", () => {
    const other = `0x${"cd".repeat(32)}` as const;
    const different = [
      entry({ kind: "deposit", leg: 0 }),
      entry({ kind: "deposit", leg: 1 }),
      entry({ kind: "deposit", leg: 0, chainId: 2 }),
      entry({ kind: "deposit", leg: 0, settlementHash: other }),
      entry({ kind: "attest", subject: "a#1" }),
      entry({ kind: "attest", subject: "a#2" }),
      entry({ kind: "advance", subject: "0-1" }),
      entry({ kind: "advance", subject: "1-2 2-3" }),
    ];
    expect(duplicates(different)).to.deep.equal([]);
  });

  it("finds a message that was sent again after it had arrived", () => {
    const entries = [
      entry({ kind: "notify_locked", timestamp: 100, sent: [locked("01")] }),
      entry({ kind: "receive_message", chainId: 2, timestamp: 105, received: ["0x01"], subject: "0x01" }),
      entry({ kind: "notify_locked", timestamp: 120, sent: [locked("02")] }),
    ];
    expect(duplicates(entries)).to.have.length(1);
  });

  it("lets a message be sent again while it is missing, and while nobody can know that it is not", () => {
    const missing = [
      entry({ kind: "notify_locked", timestamp: 100, sent: [locked("03")] }),
      entry({ kind: "notify_locked", timestamp: 130, sent: [locked("04")] }),
      entry({ kind: "receive_message", chainId: 2, timestamp: 131, received: ["0x04"], subject: "0x04" }),
    ];
    expect(duplicates(missing)).to.deep.equal([]);
    const crossing = [
      entry({ kind: "dispatch", timestamp: 100, sent: [locked("05")] }),
      entry({ kind: "receive_message", chainId: 2, timestamp: 110, received: ["0x05"], subject: "0x05" }),
      entry({ kind: "dispatch", timestamp: 111, sent: [locked("06")] }),
    ];
    expect(duplicates(crossing)).to.deep.equal([]);
  });
});
