import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** Tokens that anyone mints: for local chains and rehearsals. Worth nothing anywhere. */
export default buildModule("KeystoneTestTokens", (m) => {
  const bond = m.contract("TestToken", ["KeyStone Test Bond", "KBOND", 18], { id: "KBOND" });
  const cash = m.contract("TestToken", ["KeyStone Test Dollar", "TUSDC", 6], { id: "TUSDC" });
  return { bond, cash };
});
