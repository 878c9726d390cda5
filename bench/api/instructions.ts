import type { World } from "../../devnet/src/world.ts";

let made = 0;

/** One side of a trade of the bond against cash on the coordinator's chain, as JSON. */
export function instruction({ deployment, parties }: World, side: "seller" | "buyer", reference?: string): string {
  const chain_id = deployment.coordinatorChainId;
  const [seller, buyer] = parties;
  const direction = (of: typeof side) => (of === side ? "deliver" : "receive");
  return JSON.stringify({
    template_slug: "cross_platform_dvp",
    role: side,
    party: { external_reference: side, name: `Bench ${side}`, wallet_address: side === "seller" ? seller : buyer },
    legs: [
      { instrument_id: "KBOND", quantity: "1", chain_id, direction: direction("seller") },
      { instrument_id: "TUSDC", quantity: "100", chain_id, direction: direction("buyer") },
    ],
    timeout_at: new Date(Math.ceil(Date.now() / 1000 + 7200) * 1000).toISOString(),
    idempotency_key: `bench-${process.pid}-${made++}`,
    ...(reference === undefined ? {} : { trade_reference: reference }),
  });
}
