import { readFileSync } from "node:fs";
import { type Address, concat, getContractAddress, type Hex, parseAbi } from "viem";
import { type Chain, ROLES } from "./chain.ts";
import { CREATE2_FACTORY, CREATE2_FACTORY_CODE } from "./deployment.ts";

/** Where Permit2 is on every chain that has it. */
export const PERMIT2: Address = "0x000000000022D473030F116dDEE9F6B43aC78BA3";
export const PERMIT2_ABI = parseAbi([
  "function nonceBitmap(address owner, uint256 word) view returns (uint256)",
  "function invalidateUnorderedNonces(uint256 wordPos, uint256 mask)",
]);

/** Permit2 itself, deployed as everywhere. @throws Error when the code is not its own: the address would be another. */
export async function deployPermit2(chain: Chain): Promise<void> {
  const { salt, bytecode } = JSON.parse(readFileSync(new URL("./permit2.json", import.meta.url), "utf8")) as {
    salt: Hex;
    bytecode: Hex;
  };
  const address = getContractAddress({ opcode: "CREATE2", from: CREATE2_FACTORY, salt, bytecode });
  if (address !== PERMIT2) throw new Error(`permit2.json does not hold Permit2: it leads to ${address}.`);
  await chain.helpers.setCode(CREATE2_FACTORY, CREATE2_FACTORY_CODE);
  const wallet = chain.account(ROLES.deployer);
  const hash = await wallet.sendTransaction({ to: CREATE2_FACTORY, data: concat([salt, bytecode]) });
  await chain.client.waitForTransactionReceipt({ hash });
}
