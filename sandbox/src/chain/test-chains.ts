/**
 * The chains whose tokens are worth nothing: local development nodes, Sepolia, Base Sepolia. The faucet gives to whoever asks and the
 * counterparty agrees to whatever it is asked, so this process starts for no other chain.
 */
export const TEST_CHAINS: ReadonlyMap<number, string> = new Map([
  [31_337, "a local development node"],
  [11_155_111, "Sepolia"],
  [84_532, "Base Sepolia"],
]);
