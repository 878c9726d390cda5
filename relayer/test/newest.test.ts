import { expect } from "chai";
import { Newest } from "../src/newest.ts";

describe("Newest", () => {
  /** Work that goes on when it is told to. */
  function gated() {
    const begun: string[] = [];
    const gates = new Map<string, () => void>();
    const work = (item: string) => {
      begun.push(item);
      return new Promise<void>((resolve) => gates.set(item, resolve));
    };
    return { begun, work, end: (item: string) => gates.get(item)?.() };
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it("does what was offered last when it comes to it, and never what was meanwhile overtaken", async () => {
    const { begun, work, end } = gated();
    const newest = new Newest(2, work);
    newest.offer([]);
    newest.offer(["a", "b", "c"]);
    expect(begun).to.deep.equal(["a", "b"]);
    newest.offer(["old"]);
    newest.offer(["d"]);
    end("a");
    await turn();
    expect(begun).to.deep.equal(["a", "b", "c"]);
    end("b");
    end("c");
    await turn();
    expect(begun).to.deep.equal(["a", "b", "c", "d"]);
    end("d");
    await newest.idle();
    newest.offer(["e"]);
    expect(begun.at(-1)).to.equal("e");
  });

  it("stops after what is under way", async () => {
    const { begun, work, end } = gated();
    const newest = new Newest(1, work);
    newest.offer(["a", "b"]);
    newest.offer(["c"]);
    const stopped = newest.stop();
    end("a");
    await stopped;
    expect(begun).to.deep.equal(["a"]);
  });
});
