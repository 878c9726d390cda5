import { expect } from "chai";
import fc from "fast-check";
import { candidates } from "../../src/chains/head.ts";
import { enough, firstAgreed, NoQuorum } from "../../src/chains/quorum.ts";

const later = <T>() => Promise.withResolvers<T>();

describe("firstAgreed", () => {
  it("gives an answer exactly when enough gave it, whatever came in what order", async () => {
    const answers = fc.array(fc.option(fc.nat({ max: 3 })), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(answers, fc.integer({ min: 1, max: 10 }), fc.func(fc.nat()), async (given, quorum, order) => {
        const open = given.map(() => later<number>());
        const outcome = firstAgreed(
          open.map(({ promise }) => promise),
          quorum,
          String,
        ).catch((error: unknown) => error);
        const turns = given.map((answer, index) => ({ answer, index })).sort((a, b) => order(a.index) - order(b.index));
        for (const { answer, index } of turns) {
          if (answer === null) open[index]?.reject(new Error("none"));
          else open[index]?.resolve(answer);
          await Promise.resolve();
        }
        const votes = (value: number) => given.filter((answer) => answer === value).length;
        const winners = [0, 1, 2, 3].filter((value) => votes(value) >= quorum);
        if (winners.length === 0) {
          expect(await outcome).to.be.instanceOf(NoQuorum);
        } else expect(winners).to.include(await outcome);
      }),
    );
  });

  it("waits for nobody once enough agree, and for nobody once they cannot", async () => {
    const never = new Promise<string>(() => undefined);
    const a = Promise.resolve("a");
    expect(await firstAgreed([a, never, a], 2, String)).to.equal("a");
    const error = await firstAgreed([a, never, Promise.resolve("b"), Promise.reject(new Error("c"))], 3, String).catch(
      (cause: NoQuorum) => cause,
    );
    expect(error).to.be.instanceOf(NoQuorum);
    expect([...(error as NoQuorum).reasons.keys()]).to.deep.equal([3]);
  });
});

describe("enough", () => {
  it("gives all there are when the rest failed, and waits no longer than a little for who never answers", async () => {
    const never = new Promise<string>(() => undefined);
    const fails = Promise.reject(new Error("no"));
    fails.catch(() => undefined);
    expect(await enough([Promise.resolve("a"), fails, Promise.resolve("b")], 3)).to.deep.equal(["a", "b"]);
    expect(await enough([Promise.resolve("a"), never, Promise.resolve("b")], 2)).to.deep.equal(["a", "b"]);
    expect(await enough([], 1)).to.deep.equal([]);
  });
});

describe("candidates for the head", () => {
  const numbers = fc.array(fc.bigInt({ min: 0n, max: 1000n }), { minLength: 1, maxLength: 10 });

  it("are never above what a quorum claims to have reached, and begin with it", () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 10 }), (shown, quorum) => {
        const found = candidates(shown, quorum);
        if (quorum > shown.length) {
          expect(found).to.deep.equal([]);
          return;
        }
        const reached = [...shown].sort((a, b) => Number(b - a))[quorum - 1];
        expect(found[0]).to.equal(reached);
        expect(found).to.deep.equal([...new Set(found)].sort((a, b) => Number(b - a)));
        for (const number of shown) if (number <= (reached ?? 0n)) expect(found).to.include(number);
      }),
    );
  });
});
