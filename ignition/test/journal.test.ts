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

  const message = (type: string, futureId: string, rest = {}) => JSON.stringify({ type, futureId, ...rest });
  const begun = (id: string) => message("CALL_EXECUTION_STATE_INITIALIZE", id);
  const asked = (id: string) => message("NETWORK_INTERACTION_REQUEST", id);
  const prepared = (id: string) => message("TRANSACTION_PREPARE_SEND", id);
  const sent = (id: string) => message("TRANSACTION_SEND", id);
  const ended = (id: string, type: string) => message("CALL_EXECUTION_STATE_COMPLETE", id, { result: { type } });
  const start = JSON.stringify({ type: "DEPLOYMENT_INITIALIZE", chainId: 1 });
  const done = [begun("a"), asked("a"), prepared("a"), sent("a"), ended("a", "SUCCESS")];
  const mended = (lines: string[]): string[] => {
    const file = join(dir, "journal.jsonl");
    writeFileSync(file, `\n${lines.join("\n")}`);
    mendJournal(dir);
    return readFileSync(file, "utf8").split("\n").slice(1);
  };

  it("forgets a step that was cut off, wherever it was", () => {
    const lines = [begun("b"), asked("b"), prepared("b"), sent("b"), message("TRANSACTION_CONFIRM", "b")];
    for (let length = 1; length <= lines.length; length++) {
      expect(mended([start, ...done, ...lines.slice(0, length)])).to.deep.equal([start, ...done]);
    }
  });

  it("forgets a step that failed", () => {
    const failed = [begun("b"), asked("b"), ended("b", "SIMULATION_ERROR")];
    expect(mended([start, ...failed, ...done])).to.deep.equal([start, ...done]);
  });

  it("forgets a last line that was cut off, and with it the step that it would have finished", () => {
    const cut = [...done.slice(0, -1), (done.at(-1) as string).slice(0, -5)];
    expect(mended([start, ...cut])).to.deep.equal([start]);
  });

  it("leaves a whole journal as it is, and one that is broken elsewhere to Ignition's judgement", () => {
    const whole = [start, message("CONTRACT_AT_EXECUTION_STATE_INITIALIZE", "b"), ...done];
    expect(mended(whole)).to.deep.equal(whole);
    const broken = [start, "{", ...done];
    expect(mended(broken)).to.deep.equal(broken);
  });
});
