import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { place, type There } from "./parts.ts";

/** Tokens that anyone mints, with their constructor arguments: for local chains. Worth nothing anywhere. */
export const TEST_TOKENS = {
  KBOND: ["KeyStone Test Bond", "KBOND", 18],
  TUSDC: ["KeyStone Test Dollar", "TUSDC", 6],
} as const;

export function testTokensModule(there: There) {
  return buildModule("KeystoneTestTokens", (m) => {
    const bond = place(m, there, "TestToken", [...TEST_TOKENS.KBOND], "KBOND");
    const cash = place(m, there, "TestToken", [...TEST_TOKENS.TUSDC], "TUSDC");
    return { bond, cash };
  });
}
