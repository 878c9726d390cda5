import { escrowAbi } from "@keystoneos/protocol/abi";
import { zeroAddress } from "viem";
import type { Settlement, SettlementLeg } from "../api/shapes.ts";
import type { Account } from "../chain/account.ts";
import { fillGas, fillToken } from "../chain/fill.ts";
import type { Dependencies } from "../context.ts";
import { groundOf } from "../ground.ts";
import { checkDeposit, checkReveal, type Reveal } from "./check-deposit.ts";

/** Which deposit comes last, and so settles, is known only when it is mined: an estimate made before may be too low. */
const ESCROW_GAS = 1_000_000n;
const GAS_PER_LEG = 2_100_000n;
/** What one transaction may bring at most. */
const GAS_LIMIT = 16_000_000n;

/**
 * Pays one leg of the counterparty's: opens its wallet on another chain where it is paid, gets what it is to deliver from the faucet,
 * approves and deposits. Every step may be repeated. Resolves to false where the chain has the deposit already. Throws what the API, the
 * chain or the check says.
 */
export async function depositLeg(deps: Dependencies, settlement: Settlement, leg: SettlementLeg): Promise<boolean> {
  const ground = groundOf(deps, leg.chain_id, ["legs", leg.leg_index, "chain_id"]);
  if (await isDeposited(ground.counterparty, settlement, leg)) return false;
  const info = await deps.own.depositInfo(settlement.id, leg.leg_index);
  const { idempotency_key } = settlement;
  const mirror = idempotency_key === null ? undefined : await deps.own.findInstruction(idempotency_key);
  const checked = checkDeposit({ settlement, leg, info, mirror, wallet: ground.counterparty.address });
  const gas = gasFor(settlement);
  if (info.reveal !== null) await reveal(deps, settlement, leg, info.reveal);
  await fillGas(ground.faucet, ground.counterparty.address, deps.gasFloor + checked.value);
  await ground.counterparty.alone(async (send) => {
    await fillToken(ground.faucet, checked.token, ground.counterparty.address, checked.amount);
    await send({ to: checked.token, data: checked.approval });
    await send({ to: checked.escrow, data: checked.calldata, value: checked.value, gas });
  });
  return true;
}

/** Opens the counterparty's wallet where it is paid and deposits nothing, unless somebody has done it. */
async function reveal(deps: Dependencies, settlement: Settlement, leg: SettlementLeg, opening: Reveal): Promise<void> {
  checkReveal(settlement, opening);
  const { chain_id, escrow_address, calldata } = opening;
  const { chain, faucet, counterparty } = groundOf(deps, chain_id, ["legs"]);
  const party = BigInt(settlement.terms.legs[leg.leg_index]?.from ?? 0);
  const call = { address: escrow_address, abi: escrowAbi, functionName: "walletOf" } as const;
  const opened = await chain.client.readContract({ ...call, args: [settlement.settlement_hash, party] });
  if (opened !== zeroAddress) return;
  await fillGas(faucet, counterparty.address, deps.gasFloor);
  await counterparty.alone((send) => send({ to: escrow_address, data: calldata, gas: gasFor(settlement) }));
}

/** The chain knows it before the index does. */
async function isDeposited({ chain }: Account, settlement: Settlement, leg: SettlementLeg): Promise<boolean> {
  const escrow = settlement.terms.legs[leg.leg_index]?.escrow;
  if (escrow === undefined) throw new Error(`the terms have no leg ${leg.leg_index}`);
  const call = { address: escrow, abi: escrowAbi, functionName: "stateOf" } as const;
  const { deposited } = await chain.client.readContract({ ...call, args: [settlement.settlement_hash] });
  return ((deposited >> leg.leg_index) & 1) === 1;
}

function gasFor({ legs }: Settlement): bigint {
  const asked = ESCROW_GAS + GAS_PER_LEG * BigInt(legs.length);
  return asked < GAS_LIMIT ? asked : GAS_LIMIT;
}
