import type { Deployment } from "@keystoneos/protocol";
import { type Address, getAddress } from "viem";

export const HOME = 11155111;
export const AWAY = 84532;

const at = (digit: string): Address => getAddress(`0x${digit.repeat(40)}`);

export const TOKENS = { bond: at("8"), cash: at("9"), bondAway: at("7"), cashAway: at("6") };

/** A deployment as the local world writes it, at addresses that nobody has. */
export function testDeployment(): Deployment {
  const instrument = (alias: string, chain_id: number, token_address: Address, decimals: number, payment: boolean) => ({
    alias,
    alias_type: "ticker" as const,
    chain_id,
    token_address,
    token_standard: "ERC-20" as const,
    decimals,
    leg_type: payment ? ("payment" as const) : ("asset_delivery" as const),
    name: null,
  });
  return {
    coordinatorChainId: HOME,
    contracts: {
      root: at("1"),
      coordinator: at("2"),
      escrow: at("3"),
      registry: at("4"),
      messenger: at("5"),
      router: at("f"),
    },
    chains: [chain(HOME, "Local Sepolia", 0, 40161, 2, 5), chain(AWAY, "Local Base Sepolia", 1, 40245, 3, 10)],
    instruments: [
      instrument("KBOND", HOME, TOKENS.bond, 18, false),
      instrument("BOND-2026-A", HOME, TOKENS.bond, 18, false),
      instrument("KBOND", AWAY, TOKENS.bondAway, 18, false),
      instrument("TUSDC", HOME, TOKENS.cash, 6, true),
      instrument("TUSDC", AWAY, TOKENS.cashAway, 6, true),
    ],
    templates: {
      attesters: [at("a")],
      threshold: 1,
      operator: at("b"),
      entity_providers: ["sanctions_list"],
      wallet_providers: ["sanctions_list"],
      message_margin_seconds: 15,
      fee_recipients: { [HOME]: at("c"), [AWAY]: at("d") },
    },
  };
}

function chain(chainId: number, name: string, row: number, eid: number, safe: number, finalized: number) {
  const finality = { safe, finalized };
  return { chainId, name, row, eid, endpoint: at("e"), startBlock: 0, finality };
}
