import type { Block } from "./blocks.ts";
import { blockAt } from "./blocks.ts";
import type { Chain } from "./client.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Ask, Nodes } from "./nodes.ts";
import { enough, firstAgreed } from "./quorum.ts";

/** A block that a quorum has on its chain. */
export type Head = Block;

interface Shown {
  ask: Ask;
  endpoint: Endpoint;
  block: Block;
}

/**
 * The highest block that a quorum has. Nodes that are behind, or on another branch, hold nobody up and are put in their place for other
 * questions. It never goes back: while the nodes that answer are behind what a quorum had before, that is still the head, and what is
 * asked at it is answered by those alone that have it. Those that ask while it is being found out get the same answer. Throws ChainError when no
 * quorum agrees.
 */
export function head({ nodes }: Chain): Promise<Head> {
  const underway = searches.get(nodes);
  if (underway !== undefined) return underway;
  const search = find(nodes).finally(() => searches.delete(nodes));
  searches.set(nodes, search);
  return search;
}

/** Every key of a chain looks for it several times a second. */
const searches = new WeakMap<Nodes, Promise<Head>>();

async function find(nodes: Nodes): Promise<Head> {
  const answers = nodes.each(async (ask, endpoint): Promise<Shown> => {
    return { ask, endpoint, block: await blockAt(ask, "latest") };
  }, nodes.deadline());
  const found = await newest(nodes, answers);
  const last = lastHeads.get(nodes);
  const agreed = last === undefined || found.number >= last.number ? found : last;
  lastHeads.set(nodes, agreed);
  for (const answer of answers) void answer.then((shown) => place(nodes, shown, agreed)).catch(() => undefined);
  return agreed;
}

const lastHeads = new WeakMap<Nodes, Head>();

async function newest(nodes: Nodes, answers: readonly Promise<Shown>[]): Promise<Head> {
  const { quorum } = nodes;
  // Mostly the nodes have the same newest block, and there is nothing to look for.
  const same = firstAgreed(answers, quorum, ({ block }) => block.hash).then(({ block }) => block);
  same.catch(() => undefined);
  const settled = enough(answers, quorum);
  const quick = await Promise.race([same, settled.then(() => null)]).catch(() => null);
  if (quick !== null) return quick;
  const shown = await settled;
  for (const number of candidates(
    shown.map(({ block }) => block.number),
    quorum,
  )) {
    const holders = shown
      .filter(({ block }) => block.number >= number)
      .map(({ ask, block }) => (block.number === number ? Promise.resolve(block) : blockAt(ask, number)));
    const block = await firstAgreed(holders, quorum, ({ hash }) => hash).catch(() => null);
    if (block !== null) return block;
  }
  return nodes.agreed("the head", answers, ({ block }) => `${block.number} ${block.hash}`).then(({ block }) => block);
}

/** How far below what a node shows its branch may have left the others'. */
const BRANCH = 2n;

/** Numbers at which a quorum may have the same block, highest first: at most what a quorum claims to have reached. */
export function candidates(numbers: readonly bigint[], quorum: number): bigint[] {
  const reached = [...numbers].sort(descending)[quorum - 1];
  if (reached === undefined) return [];
  const found = new Set<bigint>();
  for (const number of numbers) {
    for (let below = 0n; below <= BRANCH; below++) {
      if (number - below <= reached && number >= below) found.add(number - below);
    }
  }
  return [...found].sort(descending);
}

function descending(a: bigint, b: bigint): number {
  return a < b ? 1 : a > b ? -1 : 0;
}

/** Where a node stands beside the head, by what it showed of itself. */
async function place(nodes: Nodes, { ask, endpoint, block }: Shown, agreed: Head): Promise<void> {
  if (block.number < agreed.number) {
    endpoint.standing = { state: "behind", blocks: agreed.number - block.number };
    return;
  }
  const { hash } = block.number === agreed.number ? block : await blockAt(ask, agreed.number);
  endpoint.standing = hash === agreed.hash ? { state: "level" } : { state: "astray" };
  if (hash === agreed.hash) return;
  nodes.watch.disagreed(nodes.chainId, `block ${agreed.number}`, { [endpoint.name]: hash }, agreed.hash);
}
