import { expect } from "chai";
import { Loop } from "../src/loop.ts";

/** A pass that ends when told to. */
function controlled() {
  const waiting: (() => void)[] = [];
  let running = 0;
  let passes = 0;
  let overlapped = false;
  const listeners: (() => void)[] = [];
  return {
    pass: async () => {
      running++;
      passes++;
      overlapped ||= running > 1;
      for (const listener of listeners.splice(0)) listener();
      await new Promise<void>((resolve) => waiting.push(resolve));
      running--;
    },
    finish: () => waiting.shift()?.(),
    started: (count: number) =>
      new Promise<void>((resolve) => {
        const check = () => (passes >= count ? resolve() : void listeners.push(check));
        check();
      }),
    get passes() {
      return passes;
    },
    get overlapped() {
      return overlapped;
    },
  };
}

describe("Loop", () => {
  it("knows when a pass last ended that did not fail", async () => {
    const said = [Promise.withResolvers<boolean>(), Promise.withResolvers<boolean>()];
    const seen: (Date | null)[] = [];
    const loop: Loop = new Loop(async () => {
      seen.push(loop.lastPass);
      return said[seen.length - 1]?.promise;
    }, 1);
    loop.start();
    said[0]?.resolve(false);
    said[1]?.resolve(true);
    while (seen.length < 3) await new Promise((resolve) => setImmediate(resolve));
    await loop.stop();
    expect(seen.slice(0, 2)).to.deep.equal([null, null]);
    expect(seen[2]).to.be.instanceOf(Date);
  });

  it("wakes at once for what came during a pass, without a second one beside it", async () => {
    const work = controlled();
    const loop = new Loop(work.pass, 1e9);
    loop.start();
    loop.start();
    await work.started(1);
    loop.wake();
    loop.wake();
    work.finish();
    await work.started(2);
    work.finish();
    expect(work.overlapped).to.equal(false);
    await loop.stop();
    expect(work.passes).to.equal(2);
  });

  it("wakes from its pause", async () => {
    const work = controlled();
    const loop = new Loop(work.pass, 1e9);
    loop.start();
    await work.started(1);
    work.finish();
    while (loop.lastPass === null) await new Promise((resolve) => setImmediate(resolve));
    loop.wake();
    await work.started(2);
    work.finish();
    await loop.stop();
    expect(work.passes).to.equal(2);
  });

  it("comes back by itself, and stops only after the pass under way", async () => {
    const work = controlled();
    const loop = new Loop(work.pass, 1);
    loop.start();
    await work.started(1);
    work.finish();
    await work.started(2);
    let stopped = false;
    const stopping = loop.stop().then(() => {
      stopped = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(stopped).to.equal(false);
    work.finish();
    await stopping;
    expect(work.passes).to.equal(2);
  });
});
