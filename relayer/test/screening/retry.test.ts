import { expect } from "chai";
import fc from "fast-check";
import { Unavailable } from "../../src/screening/provider.ts";
import { pause, retrying } from "../../src/screening/retry.ts";

const { signal } = new AbortController();
const distant = () => performance.now() + 3_600_000;

describe("asking again", () => {
  it("waits longer each time, by chance, up to a bound, and never less than was asked for", () => {
    const failures = fc.integer({ min: 1, max: 50 });
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(failures, chance, fc.option(fc.integer({ min: 0, max: 1_000_000 })), (count, at, after) => {
        const wait = pause(count, null, () => at);
        const longest = Math.min(5_000, 250 * 2 ** (count - 1));
        expect(wait).to.be.within(longest / 2, longest);
        expect(pause(count, after, () => at)).to.equal(Math.max(wait, (after ?? 0) * 1000));
      }),
    );
  });

  it("ends with the first answer", async () => {
    let asked = 0;
    const work = async () => {
      asked++;
      if (asked < 3) throw new Unavailable("not now", 0);
      return "found";
    };
    expect(await retrying(work, distant(), signal)).to.equal("found");
    expect(asked).to.equal(3);
  });

  it("does not do again what was refused", async () => {
    let asked = 0;
    const refused = async () => {
      asked++;
      throw new Error("answered with 400");
    };
    expect(await retrying(refused, distant(), signal).catch((error: Error) => error.message)).to.equal(
      "answered with 400",
    );
    expect(asked).to.equal(1);
  });

  it("gives up at once when another attempt would come too late", async () => {
    for (const [after, deadline] of [
      [3_600, distant() - 1_000],
      [null, performance.now() + 100],
    ] as const) {
      let asked = 0;
      const work = async () => {
        asked++;
        throw new Unavailable("not now", after);
      };
      expect(await retrying(work, deadline, signal).catch((error: Error) => error.message)).to.equal("not now");
      expect(asked).to.equal(1);
    }
  });

  it("stops waiting when nobody waits for it any more", async () => {
    const controller = new AbortController();
    const work = async () => {
      controller.abort();
      throw new Unavailable("not now", 3_000);
    };
    const error = await retrying(work, distant(), controller.signal).catch((reason: Error) => reason);
    expect(error).to.have.property("name", "AbortError");
  });
});
