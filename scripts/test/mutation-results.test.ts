import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Mutant } from "../mutation/mutants.ts";
import { Order } from "../mutation/order.ts";
import { faultsOf, reportOf } from "../mutation/report.ts";
import { type Result, State, type Status } from "../mutation/state.ts";

const mutant = (id: string, file = "contracts/escrow/EscrowState.sol"): Mutant => ({
  id,
  file,
  in: "EscrowState.stateOf",
  operator: "condition",
  code: "if (a) {",
  change: "a -> true",
  line: 1,
  start: 0,
  end: 1,
  to: "true",
  declaration: 1,
});

describe("the results of trying mutants", () => {
  const ids = ["a", "b", "c", "d"];
  const all = ids.map((id) => mutant(id));
  const resultsOf = (...statuses: Status[]) =>
    new Map(
      statuses.map((status, index): [string, Result] => {
        const id = ids[index] as string;
        return [id, { id, status, basis: "", ms: 1, ...(status === "killed" ? { file: "x.test.ts" } : {}) }];
      }),
    );
  const listed = (id: string, reason = "it is the same") => ({ ...mutant(id), reason });
  const judge = (results: Map<string, Result>, list: ReturnType<typeof listed>[]) =>
    faultsOf(reportOf(all, all, results, 1), all, results, list);

  it("count only what has code of its own", () => {
    const report = reportOf(all, all, resultsOf("killed", "survived", "same", "invalid"), 1);
    expect(report.score).to.equal(50);
    expect(report.counts).to.deep.equal({ killed: 1, survived: 1, same: 1, invalid: 1 });
  });

  it("are at fault below the mark, for a survivor that is not listed, and for a list that is not true", () => {
    expect(judge(resultsOf("killed", "killed", "killed", "killed"), [])).to.deep.equal([]);
    expect(judge(resultsOf("killed", "killed", "same", "survived"), [listed("d")])).to.have.length(1);
    expect(judge(resultsOf("killed", "survived", "same", "same"), []).join()).to.contain("not listed");
    expect(judge(resultsOf("killed", "killed", "killed", "killed"), [listed("a")]).join()).to.contain("notices it");
    expect(judge(resultsOf("killed", "killed", "killed", "killed"), [listed("z")]).join()).to.contain("no such mutant");
    expect(judge(resultsOf("killed"), [listed("b", " ")]).join()).to.contain("without a reason");
  });

  it("survive a run that was killed in the middle of a line", () => {
    const folder = mkdtempSync(join(tmpdir(), "keystone-mutation-"));
    const path = join(folder, "results.jsonl");
    new State(path).add({ id: "a", status: "killed", basis: "1", ms: 1 });
    appendFileSync(path, '{"id":"b","status":"surv');
    new State(path).add({ id: "c", status: "same", basis: "1", ms: 1 });
    const again = new State(path);
    expect(["a", "b", "c"].map((id) => again.last(id)?.status)).to.deep.equal(["killed", undefined, "same"]);
    rmSync(folder, { recursive: true });
  });

  it("tell which tests to try first: who noticed this one, then who notices its like, then namesakes, the quick before the slow", () => {
    const order = new Order({
      "slow.test.ts": 9_000,
      "quick.test.ts": 100,
      "escrow-x.test.ts": 1_000,
      "late.test.ts": 9_000,
    });
    expect(order.of(all[0] as Mutant)).to.deep.equal([
      "escrow-x.test.ts",
      "quick.test.ts",
      "late.test.ts",
      "slow.test.ts",
    ]);
    expect(order.of(all[0] as Mutant, "late.test.ts")[0]).to.equal("late.test.ts");
    for (let i = 0; i < 9; ++i) order.learn(all[1] as Mutant, "slow.test.ts");
    expect(order.of(all[0] as Mutant)[0]).to.equal("slow.test.ts");
  });
});
