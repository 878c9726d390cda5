import type { Deployment } from "@keystoneos/protocol";

/** A deployment as the local world writes it, with addresses that nobody has. */
export function sampleDeployment(): Deployment {
  const at = (digit: string): `0x${string}` => `0x${digit.repeat(40)}`;
  return {
    coordinatorChainId: 11155111,
    contracts: {
      root: at("1"),
      coordinator: at("2"),
      escrow: at("3"),
      registry: at("4"),
      messenger: at("5"),
      router: at("f"),
    },
    chains: [
      {
        chainId: 11155111,
        name: "a",
        row: 0,
        eid: 40161,
        endpoint: at("6"),
        startBlock: 0,
        finality: { safe: 2, finalized: 5 },
      },
      {
        chainId: 84532,
        name: "b",
        row: 1,
        eid: 40245,
        endpoint: at("7"),
        startBlock: 0,
        finality: { safe: 2, finalized: 5 },
      },
    ],
    instruments: [
      {
        alias: "KBOND",
        alias_type: "ticker",
        chain_id: 11155111,
        token_address: at("8"),
        token_standard: "ERC-20",
        decimals: 18,
        leg_type: "asset_delivery",
        name: null,
      },
      {
        alias: "TUSDC",
        alias_type: "ticker",
        chain_id: 84532,
        token_address: at("9"),
        token_standard: "ERC-20",
        decimals: 6,
        leg_type: "payment",
        name: "Test dollar",
      },
    ],
    templates: {
      attesters: [at("a")],
      threshold: 1,
      operator: at("b"),
      entity_providers: ["sanctions_list"],
      wallet_providers: ["sanctions_list"],
      message_margin_seconds: 15,
      fee_recipients: { "11155111": at("c"), "84532": at("c") },
    },
  };
}
