import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { type Hex, keccak256, toHex } from "viem";
import { Journal } from "../src/chains/journal.ts";
import { temporaryFolder } from "./support/folder.ts";

/** What can happen to a journal: a transaction comes, the next block takes some of the waiting ones, blocks are replaced, a dump is made. */
type Step =
  | { kind: "transaction" }
  | { kind: "block"; take: number }
  | { kind: "replace"; depth: number }
  | { kind: "dump"; behind: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>({ kind: "transaction" }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("block" as const), take: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("replace" as const), depth: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("dump" as const), behind: fc.nat(2) }) },
);

describe("the record of a chain", () => {
  it("reads back what was written, whatever came and wherever the last line was torn", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(200), (steps, tear) => {
        const { dir, remove } = temporaryFolder();
        const journal = new Journal(dir, 1);
        play(journal, steps);
        const file = join(dir, "journal.jsonl");
        const whole = journal.blocks.length === 0 && journal.pending.length === 0 ? "" : readFileSync(file, "utf8");
        writeFileSync(file, `${whole}{"block":{"number":7,"hash":"0x${"a".repeat(tear)}`);
        const again = new Journal(dir, 1);
        expect(again.blocks).to.deep.equal(journal.blocks);
        expect(again.pending).to.deep.equal(journal.pending);
        expect(again.genesisTime).to.equal(journal.genesisTime);
        // What was cut off is gone for good: the next line must not be glued to it.
        const raw = toHex("after the tear");
        again.addTransaction(keccak256(raw), raw);
        expect(new Journal(dir, 1).pending).to.deep.equal([...journal.pending, raw]);
        remove();
      }),
      { numRuns: 60 },
    );
  });

  it("keeps the signed bytes of every transaction that is not behind the dumped state", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { dir, remove } = temporaryFolder();
        const journal = new Journal(dir, 1);
        play(journal, steps);
        for (const hash of journal.blocks.flatMap((block) => block.transactions))
          expect(journal.raw(hash)).to.not.equal(undefined);
        const numbers = journal.blocks.map((block) => block.number);
        const first = (journal.base?.number ?? 0) + 1;
        expect(numbers).to.deep.equal(numbers.map((_, i) => first + i));
        remove();
      }),
      { numRuns: 60 },
    );
  });
});

let counter = 0;

function play(journal: Journal, steps: Step[]): void {
  for (const move of steps) {
    const head = journal.head?.number ?? 0;
    if (move.kind === "transaction") {
      const raw = toHex(`transaction ${counter++}`);
      journal.addTransaction(keccak256(raw), raw);
    } else if (move.kind === "block") {
      addBlock(journal, head + 1, journal.pending.slice(0, move.take));
    } else if (move.kind === "replace") {
      // A dump follows a replacement at once, so what is replaced always lies above the dumped state.
      const number = Math.max((journal.base?.number ?? 0) + 1, head - move.depth + 1);
      if (number <= head) addBlock(journal, number, []);
    } else if (head > 0) {
      const number = Math.max(journal.base?.number ?? 1, head - move.behind);
      const hash = journal.hashAt(number);
      if (hash !== null) journal.writeState(Buffer.from("{}"), { number, hash });
    }
  }
}

function addBlock(journal: Journal, number: number, raws: Hex[]): void {
  const hash = keccak256(toHex(`block ${counter++}`));
  journal.addBlock({ number, hash, timestamp: counter, transactions: raws.map((raw) => keccak256(raw)) });
}
