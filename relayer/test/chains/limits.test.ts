import { expect } from "chai";
import fc from "fast-check";
import { Breaker } from "../../src/chains/breaker.ts";
import { Bucket } from "../../src/chains/bucket.ts";

describe("Bucket", () => {
  it("lets no second have more than its rate, beyond what a second of rest saved up", () => {
    const gaps = fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), gaps, (perSecond, steps) => {
        const bucket = new Bucket(perSecond, 0);
        const turns: number[] = [];
        let now = 0;
        for (const step of steps) {
          now += step;
          const wait = bucket.take(now, Number.POSITIVE_INFINITY);
          turns.push(now + (wait ?? Number.NaN));
        }
        for (const [index, turn] of turns.entries()) {
          const within = turns.slice(index).filter((other) => other < turn + 1000 - 1e-6);
          expect(within.length).to.be.at.most(2 * perSecond);
        }
        const last = Math.max(...turns);
        expect(turns.length).to.be.at.most(perSecond + (last * perSecond) / 1000 + 1);
      }),
    );
  });

  it("takes no turn that would come too late", () => {
    const bucket = new Bucket(1, 0);
    expect(bucket.take(0, 0)).to.equal(0);
    expect(bucket.take(0, 999)).to.equal(null);
    expect(bucket.take(0, 1000)).to.equal(1000);
    expect(bucket.take(0, 1999)).to.equal(null);
    expect(bucket.take(500, 1500)).to.equal(1500);
  });
});

describe("Breaker", () => {
  const admitted = (breaker: Breaker, now: number): number => {
    const ticket = breaker.admit(now);
    if (ticket === null) throw new Error("it was not admitted");
    return ticket;
  };
  const fail = (breaker: Breaker, now: number, chance = 0) => breaker.failed(admitted(breaker, now), now, chance);

  it("opens after three failures in a row, and a success in between starts the count anew", () => {
    const breaker = new Breaker();
    expect([fail(breaker, 0), fail(breaker, 0)]).to.deep.equal([false, false]);
    breaker.succeeded();
    expect([fail(breaker, 0), fail(breaker, 0), fail(breaker, 0)]).to.deep.equal([false, false, true]);
    expect(breaker.admit(0)).to.equal(null);
    expect(breaker.state(0)).to.equal("open");
  });

  it("lets one try after a rest, and rests twice as long each time, up to ten seconds, some of it by chance", () => {
    for (const [chance, rests] of [
      [0, [250, 500, 1000, 2000, 4000, 5000, 5000]],
      [0.5, [375, 750, 1500, 3000, 6000, 7500, 7500]],
    ] as const) {
      const breaker = new Breaker();
      for (let failure = 0; failure < 3; failure++) fail(breaker, 0, chance);
      let now = 0;
      for (const rest of rests) {
        expect(breaker.restsUntil() - now).to.equal(rest);
        expect(breaker.admit(now + rest - 1)).to.equal(null);
        now += rest;
        expect(breaker.state(now)).to.equal("half_open");
        const ticket = admitted(breaker, now);
        expect(breaker.admit(now)).to.equal(null);
        expect(breaker.failed(ticket, now, chance)).to.equal(true);
      }
    }
  });

  it("closes when the one that tries succeeds", () => {
    const breaker = new Breaker();
    for (let failure = 0; failure < 3; failure++) fail(breaker, 0);
    admitted(breaker, 250);
    breaker.succeeded();
    expect(breaker.state(250)).to.equal("closed");
    expect([breaker.admit(250), breaker.admit(250)]).to.deep.equal([0, 0]);
    expect(fail(breaker, 250)).to.equal(false);
  });

  it("learns nothing from a failure of what was under way when it opened", () => {
    const breaker = new Breaker();
    const early = admitted(breaker, 0);
    for (let failure = 0; failure < 3; failure++) fail(breaker, 0);
    const trial = admitted(breaker, 250);
    expect(breaker.failed(early, 250, 0)).to.equal(false);
    expect(breaker.state(250)).to.equal("half_open");
    expect(breaker.failed(trial, 250, 0)).to.equal(true);
  });

  it("rests as long as a node asks, at most a minute, and a success does not shorten it", () => {
    const breaker = new Breaker();
    breaker.limited(0, 2000, 0);
    breaker.succeeded();
    expect(breaker.admit(1999)).to.equal(null);
    expect(breaker.admit(2000)).to.equal(0);
    breaker.limited(2000, 3_600_000, 0);
    expect(breaker.restsUntil()).to.equal(62_000);
  });

  it("rests longer each time when a node does not say how long", () => {
    const breaker = new Breaker();
    let now = 0;
    for (const rest of [250, 500, 1000]) {
      breaker.limited(now, null, 0);
      expect(breaker.restsUntil() - now).to.equal(rest);
      now += rest;
    }
  });
});
