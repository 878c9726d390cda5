import { expect } from "chai";
import { nextAttempt } from "../../src/plan/attempt.ts";
import { A, B, dvp, factsOf, heads, NOW, sent } from "../support/facts.ts";

const create = { chainId: A, kind: "create" as const, subject: "" };
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const attempt = (transactions: ReturnType<typeof sent>[], seconds = 0, head = 100n) =>
  nextAttempt(factsOf(dvp(A, B), { transactions, heads: heads(0, head) }), create, later(seconds), 30);

describe("nextAttempt", () => {
  it("waits no longer for what was done before an operator's retry, but for what is in flight or not indexed", () => {
    const retry = { intentId: "retry", askedAt: later(5) };
    const retried = (...transactions: ReturnType<typeof sent>[]) =>
      nextAttempt(factsOf(dvp(A, B), { transactions, retry }), create, later(6), 30);
    const since = { createdAt: later(5.5) };
    const failed = { status: "failed" as const };
    expect(retried(sent("create", A, "", failed))).to.equal("");
    expect(retried(sent("create", A, "", { ...failed, ...since }))).to.equal(null);
    expect(retried(sent("create", A))).to.equal("#2");
    expect(retried(sent("create", A), sent("create", A, "#2", since))).to.equal(null);
    expect(retried(sent("create", A, "", { status: "submitted", blockNumber: null }))).to.equal(null);
    expect(retried(sent("create", A, "", { blockNumber: 101n }))).to.equal(null);
  });

  it("lets the first call go, whatever happened for other effects", () => {
    expect(attempt([])).to.equal("");
    expect(attempt([sent("create", B), sent("advance", A, "INSTRUCTED"), sent("create", A, "other")])).to.equal("");
  });

  it("waits for one in flight, however long", () => {
    for (const status of ["queued", "submitted"] as const) {
      expect(attempt([sent("create", A, "", { status, blockNumber: null })], 1e6)).to.equal(null);
    }
  });

  it("waits for the indexer to pass the block of one that succeeded, however long", () => {
    expect(attempt([sent("create", A, "", { blockNumber: 101n })], 1e6)).to.equal(null);
    expect(attempt([sent("create", A, "", { blockNumber: 101n })], 1e6, 101n)).to.equal("#2");
  });

  it("repeats one without effect at doubling intervals of at most an hour, counted in the name", () => {
    const done = (count: number) =>
      Array.from({ length: count }, (_, index) =>
        sent("create", A, index === 0 ? "" : `#${index + 1}`, { status: "finalized" }),
      );
    expect([attempt(done(1), 29), attempt(done(1), 30)]).to.deep.equal([null, "#2"]);
    expect([attempt(done(2), 59), attempt(done(2), 60)]).to.deep.equal([null, "#3"]);
    expect([attempt(done(20), 3599), attempt(done(20), 3600)]).to.deep.equal([null, "#21"]);
  });

  it("has a new name for each, also when a reorg has had an earlier one fail after the next was made", () => {
    const failed = sent("create", A, "", { status: "failed" });
    const second = sent("create", A, "#2", { status: "finalized" });
    expect(attempt([failed, second], 30)).to.equal("#3");
    expect(attempt([failed, second, sent("create", A, "#4", { status: "finalized" })], 3600)).to.equal("#5");
  });

  it("makes a reverted one again under the same name, after a pause that grows", () => {
    const failed = (count: number) => Array.from({ length: count }, () => sent("create", A, "", { status: "failed" }));
    expect([attempt(failed(1), 1), attempt(failed(1), 2)]).to.deep.equal([null, ""]);
    expect([attempt(failed(3), 7), attempt(failed(3), 8)]).to.deep.equal([null, ""]);
  });
});
