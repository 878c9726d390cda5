import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { mendJournal } from "../journal.ts";

describe("mendJournal", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "keystone-journal-"));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const begun = (futureId: string) => JSON.stringify({ type: "CALL_EXECUTION_STATE_INITIALIZE", futureId });
  const asked = (futureId: string) => JSON.stringify({ type: "NETWORK_INTERACTION_REQUEST", futureId });
  const start = JSON.stringify({ type: "DEPLOYMENT_INITIALIZE", chainId: 1 });
  const mended = (lines: string[]): string[] => {
    const file = join(dir, "journal.jsonl");
    writeFileSync(file, `\n${lines.join("\n")}`);
    mendJournal(dir);
    return readFileSync(file, "utf8").split("\n").slice(1);
  };

  it("forgets a step that was begun and has asked for nothing", () => {
    expect(mended([start, begun("a"), asked("a"), begun("b")])).to.deep.equal([start, begun("a"), asked("a")]);
  });

  it("forgets a last line that was cut off, and with it a step that then has asked for nothing", () => {
    expect(mended([start, begun("a"), asked("a").slice(0, 20)])).to.deep.equal([start]);
  });

  const prepared = (futureId: string) => JSON.stringify({ type: "TRANSACTION_PREPARE_SEND", futureId });
  const sent = (futureId: string) => JSON.stringify({ type: "TRANSACTION_SEND", futureId });

  it("forgets a step that does not tell whether its transaction was sent", () => {
    const lines = [start, begun("a"), asked("a"), prepared("a"), sent("a"), begun("b"), asked("b"), prepared("b")];
    expect(mended(lines)).to.deep.equal(lines.slice(0, 5));
  });

  it("keeps a step of which one transaction is known, whatever was to replace it", () => {
    const lines = [start, begun("a"), asked("a"), prepared("a"), sent("a"), prepared("a")];
    expect(mended(lines)).to.deep.equal(lines);
  });

  it("leaves a whole journal, and one that is broken elsewhere, as they are", () => {
    const whole = [start, begun("a"), asked("a")];
    expect(mended(whole)).to.deep.equal(whole);
    const broken = [start, "{", begun("a"), asked("a")];
    expect(mended(broken)).to.deep.equal(broken);
  });
});
