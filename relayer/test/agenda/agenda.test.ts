import { expect } from "chai";
import { Agenda } from "../../src/agenda/agenda.ts";
import { A, B, NOW, T0 } from "../support/facts.ts";

const headsAt = (seconds: number, number = 100n) =>
  new Map([A, B].map((chainId) => [chainId, { number, timestamp: T0 + seconds }]));
const later = (ms: number) => new Date(NOW.getTime() + ms);

describe("the agenda", () => {
  const resting = () => {
    const agenda = new Agenda();
    agenda.rest("one", {
      until: NOW.getTime() + 1000,
      deadlines: new Map([[B, T0 + 60]]),
      finals: new Map([[A, 105n]]),
    });
    return agenda;
  };

  it("has what never rested", () => {
    expect(resting().isDue("two", headsAt(0), NOW)).to.equal(true);
  });

  it("leaves alone what rests until then, to the millisecond", () => {
    expect(resting().isDue("one", headsAt(0), later(999))).to.equal(false);
    expect(resting().isDue("one", headsAt(0), later(1000))).to.equal(true);
  });

  it("has what a chain's time may ask something of, from the first block that has reached it", () => {
    expect(resting().isDue("one", headsAt(59), NOW)).to.equal(false);
    expect(resting().isDue("one", headsAt(60), NOW)).to.equal(true);
    const another = new Map([[A, { number: 100n, timestamp: T0 + 60 }]]);
    expect(resting().isDue("one", another, NOW), "another chain's").to.equal(false);
  });

  it("has what has become final, from the very block", () => {
    expect(resting().isDue("one", headsAt(0, 104n), NOW)).to.equal(false);
    expect(resting().isDue("one", headsAt(0, 105n), NOW)).to.equal(true);
    const another = new Map([[B, { number: 105n, timestamp: T0 }]]);
    expect(resting().isDue("one", another, NOW), "another chain's").to.equal(false);
  });

  it("has what was woken, alone or with all", () => {
    const agenda = resting();
    agenda.wake("one");
    expect(agenda.isDue("one", headsAt(0), NOW)).to.equal(true);
    const other = resting();
    other.wakeAll();
    expect(other.isDue("one", headsAt(0), NOW)).to.equal(true);
  });

  it("keeps the rest of what is open, and forgets what is not", () => {
    const agenda = resting();
    agenda.keep(new Set(["one"]));
    expect(agenda.isDue("one", headsAt(0), NOW)).to.equal(false);
    agenda.keep(new Set());
    expect(agenda.isDue("one", headsAt(0), NOW)).to.equal(true);
  });
});
