import type { DeploymentInstrument, DeploymentTemplates } from "@keystoneos/protocol";
import { localAccount } from "../keys.ts";
import type { TestTokens } from "./world.ts";

/** The global aliases of one local chain. */
export function localInstruments(chainId: number, { bond, cash }: TestTokens): DeploymentInstrument[] {
  const common = { chain_id: chainId, token_standard: "ERC-20" } as const;
  const bondEntry = { ...common, token_address: bond, decimals: 18, leg_type: "asset_delivery" } as const;
  return [
    { ...bondEntry, alias: "KBOND", alias_type: "ticker", name: "KeyStone Test Bond" },
    { ...bondEntry, alias: "BOND-2026-A", alias_type: "custom", name: "KeyStone Test Bond 2026 A" },
    {
      ...common,
      alias: "TUSDC",
      alias_type: "ticker",
      token_address: cash,
      decimals: 6,
      leg_type: "payment",
      name: "KeyStone Test Dollar",
    },
  ];
}

/** What the shipped templates are filled with in the local world: one attester, and the operator's account takes the fees. */
export function localTemplates(chainIds: number[]): DeploymentTemplates {
  const operator = localAccount("operator").address;
  return {
    attesters: [localAccount("attester").address],
    threshold: 1,
    operator,
    entity_providers: ["sanctions_list"],
    wallet_providers: ["sanctions_list"],
    // Seconds between depositDeadline and settleDeadline: a local message takes about four.
    message_margin_seconds: 15,
    fee_recipients: Object.fromEntries(chainIds.map((chainId) => [String(chainId), operator])),
  };
}
