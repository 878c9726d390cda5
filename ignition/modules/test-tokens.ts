import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** Tokens that anyone mints, with their constructor arguments: for local chains. Worth nothing anywhere. */
export const TEST_TOKENS = {
  KBOND: ["KeyStone Test Bond", "KBOND", 18],
  TUSDC: ["KeyStone Test Dollar", "TUSDC", 6],
} as const;

export type TestToken = keyof typeof TEST_TOKENS;

/** @param missing The tokens that are not there yet. */
export function testTokensModule(missing: readonly TestToken[]) {
  return buildModule("KeystoneTestTokens", (m) =>
    Object.fromEntries(missing.map((id) => [id, m.contract("TestToken", [...TEST_TOKENS[id]], { id })])),
  );
}
