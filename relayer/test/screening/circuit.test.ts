import { expect } from "chai";
import fc from "fast-check";
import { admit, CIRCUIT, type Circuit, settle } from "../../src/screening/circuit.ts";

const T0 = new Date("2026-06-01T12:00:00.000Z");
const at = (seconds: number) => new Date(T0.getTime() + seconds * 1000);
const closed: Circuit = { state: "closed", failures: 0, successes: 0, changedAt: T0, trials: 0 };
const failing = (circuit: Circuit, times: number, seconds = 0) =>
  Array.from({ length: times }).reduce<Circuit>((one) => settle(one, false, at(seconds), CIRCUIT), circuit);
const admitted = (circuit: Circuit, seconds: number): Circuit => {
  const next = admit(circuit, at(seconds), CIRCUIT);
  if (next === null) throw new Error("refused");
  return next;
};

describe("a provider's circuit", () => {
  const opened = failing(closed, 5);

  it("opens with the fifth failure in a row, and a success begins the row anew", () => {
    expect(failing(closed, 4).state).to.equal("closed");
    expect(opened).to.deep.include({ state: "open", failures: 5 });
    const interrupted = settle(failing(closed, 4), true, T0, CIRCUIT);
    expect(failing(interrupted, 4).state).to.equal("closed");
    expect(failing(interrupted, 5).state).to.equal("open");
  });

  it("lets nothing through for 60 seconds, then two calls, and closes when both have succeeded", () => {
    expect(admit(opened, at(59.999), CIRCUIT)).to.equal(null);
    const first = admitted(opened, 60);
    expect(first.state).to.equal("half_open");
    const second = admitted(first, 61);
    expect(admit(second, at(62), CIRCUIT)).to.equal(null);
    const one = settle(second, true, at(63), CIRCUIT);
    expect(one.state).to.equal("half_open");
    expect(admit(one, at(63), CIRCUIT)).to.equal(null);
    expect(settle(one, true, at(64), CIRCUIT)).to.deep.include({ state: "closed", failures: 0, successes: 2 });
  });

  it("opens for another 60 seconds when one of them fails", () => {
    const trial = admitted(opened, 60);
    const again = settle(trial, false, at(65), CIRCUIT);
    expect(again).to.deep.include({ state: "open", failures: 6 });
    expect(admit(again, at(124.999), CIRCUIT)).to.equal(null);
    expect(admit(again, at(125), CIRCUIT)).to.not.equal(null);
  });

  it("is not closed by a call from before it opened", () => {
    const late = settle(opened, true, at(1), CIRCUIT);
    expect(late.state).to.equal("open");
    const trial = settle(admitted(late, 60), true, at(61), CIRCUIT);
    expect(trial.state).to.equal("half_open");
  });

  it("lets others through when trials never report", () => {
    const lost = admitted(admitted(opened, 60), 61);
    expect(admit(lost, at(119.999), CIRCUIT)).to.equal(null);
    expect(admitted(lost, 120)).to.deep.include({ state: "half_open", trials: 1 });
  });

  it("lets two calls through each time it has rested, never more, and never stays shut, whatever happens", () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 70 }),
      outcome: fc.constantFrom(true, false, null),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let circuit = opened;
        let now = 0;
        const trials = new Map<number, number>();
        for (const { wait, outcome } of steps) {
          now += wait;
          const next = admit(circuit, at(now), CIRCUIT);
          if (next === null) {
            expect(circuit.state).to.not.equal("closed");
            expect(now - (circuit.changedAt.getTime() - T0.getTime()) / 1000).to.be.lessThan(60);
            continue;
          }
          if (circuit.state !== "closed") {
            const rested = next.changedAt.getTime();
            trials.set(rested, (trials.get(rested) ?? 0) + 1);
            expect(trials.get(rested)).to.be.at.most(2);
          }
          circuit = outcome === null ? next : settle(next, outcome, at(now), CIRCUIT);
        }
        expect(admit(circuit, at(now + CIRCUIT.resetTimeoutSeconds), CIRCUIT)).to.not.equal(null);
      }),
    );
  });
});
