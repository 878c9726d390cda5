import fc from "fast-check";

/** What a trade is meant to come to. */
export type Kind = "same_chain" | "cross_chain" | "repo" | "timeout" | "rejection";

/** A trade, by numbers that mean the same in every run. */
export interface PlannedTrade {
  kind: Kind;
  /** Which pair of wallets. */
  pair: number;
  /** Whole units of the asset. */
  quantity: number;
}

const RELAYERS = ["relayer", "relayer-2", "relayer-3"] as const;
/** What is killed. */
export const SERVICES = [...RELAYERS, "api", "courier", "indexer", "worker", "postgres"] as const;

/** Something that goes wrong. */
export type Disturbance =
  | { what: "kill"; service: (typeof SERVICES)[number] }
  /** Neither dead nor alive, as on a stalled host: up to four times as long as a key is leased. */
  | { what: "freeze"; service: (typeof RELAYERS)[number] | "worker"; seconds: number }
  /** Requests to its node hang. */
  | { what: "cut"; chain: 0 | 1; seconds: number }
  | { what: "kill_node"; chain: 0 | 1 }
  /** Not deeper than the confirmations that messages wait for: what is beyond is not promised by anybody. */
  | { what: "reorg"; chain: 0 | 1; depth: 1 | 2 }
  | { what: "messages"; drop: number; duplicate: number; reorder: boolean };

export interface Plan {
  trades: PlannedTrade[];
  /** Endless. */
  disturbances: IterableIterator<Disturbance & { pauseSeconds: number }>;
}

const trade: fc.Arbitrary<PlannedTrade> = fc.record({
  kind: fc.oneof(
    { weight: 45, arbitrary: fc.constant<Kind>("same_chain") },
    { weight: 35, arbitrary: fc.constant<Kind>("cross_chain") },
    { weight: 8, arbitrary: fc.constant<Kind>("repo") },
    { weight: 6, arbitrary: fc.constant<Kind>("timeout") },
    { weight: 6, arbitrary: fc.constant<Kind>("rejection") },
  ),
  pair: fc.nat(1000),
  quantity: fc.integer({ min: 1, max: 50 }),
});

const chain = fc.constantFrom(0 as const, 1 as const);
const seconds = fc.integer({ min: 1, max: 6 });
const disturbance: fc.Arbitrary<Disturbance> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant("kill" as const),
      service: fc.constantFrom(...SERVICES),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant("freeze" as const),
      service: fc.constantFrom(...RELAYERS, "worker" as const),
      seconds: fc.integer({ min: 2, max: 12 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("cut" as const), chain, seconds }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("kill_node" as const), chain }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant("reorg" as const),
      chain,
      depth: fc.constantFrom(1 as const, 2 as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant("messages" as const),
      drop: fc.nat(2),
      duplicate: fc.nat(2),
      reorder: fc.boolean(),
    }),
  },
);

/** The first trades have one of each kind, so that a short run has them all. */
export function planOf(seed: number, count: number): Plan {
  const each: Kind[] = ["repo", "cross_chain", "same_chain", "timeout", "rejection"];
  const trades = fc
    .sample(trade, { seed, numRuns: count })
    .map((one, index) => ({ ...one, kind: each[index] ?? one.kind }));
  return { trades, disturbances: disturbancesOf(seed) };
}

function* disturbancesOf(seed: number): IterableIterator<Disturbance & { pauseSeconds: number }> {
  const paused = fc.tuple(disturbance, fc.integer({ min: 1, max: 8 }));
  for (let part = 1; ; part++) {
    for (const [what, pauseSeconds] of fc.sample(paused, { seed: seed + part, numRuns: 50 }))
      yield { ...what, pauseSeconds };
  }
}
