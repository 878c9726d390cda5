import { expect } from "chai";
import fc from "fast-check";
import { runAll } from "../test-runner/queue.ts";

/** Runs tasks that end when they are told to; returns what has begun, in order. */
function start(width: number, needs: readonly boolean[]) {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const build = Promise.withResolvers<void>();
  const tasks = needs.map((built, index) => ({ built, index }));
  const whole = runAll(width, tasks, build.promise, ({ index }) => {
    begun.push(index);
    return new Promise<void>((resolve) => {
      ends[index] = resolve;
    });
  });
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { begun, ends, build: build.resolve, whole, settle };
}

describe("the order of suites", () => {
  it("keeps one worker for the build, and has the other run what does not need it", async () => {
    const { begun, ends, build, whole, settle } = start(2, [true, false, true, false]);
    await settle();
    expect(begun).to.deep.equal([1]);
    ends[1]?.();
    await settle();
    expect(begun).to.deep.equal([1, 3]);
    ends[3]?.();
    await settle();
    expect(begun, "nothing that needs the build before it is there").to.deep.equal([1, 3]);
    build();
    await settle();
    expect(begun).to.deep.equal([1, 3, 0, 2]);
    ends[0]?.();
    ends[2]?.();
    await whole;
  });

  it("is that of the list where the build is there already", async () => {
    const { begun, ends, build, whole, settle } = start(2, [true, true, true]);
    build();
    await settle();
    expect(begun).to.deep.equal([0, 1]);
    ends[1]?.();
    await settle();
    expect(begun).to.deep.equal([0, 1, 2]);
    ends[0]?.();
    ends[2]?.();
    await whole;
  });

  it("runs each once, whatever ends first, never more at a time than it may", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.boolean(), { maxLength: 12 }),
        fc.infiniteStream(fc.nat()),
        async (width, needs, random) => {
          const { begun, ends, build, whole, settle } = start(width, needs);
          const ended = new Set<number>();
          build();
          for (;;) {
            await settle();
            const running = begun.filter((index) => !ended.has(index));
            expect(running.length).to.be.at.most(width);
            const next = running[(random.next().value as number) % Math.max(1, running.length)];
            if (next === undefined) break;
            ended.add(next);
            ends[next]?.();
          }
          await whole;
          expect(begun.toSorted((a, b) => a - b)).to.deep.equal(needs.map((_, index) => index));
        },
      ),
    );
  });
});
