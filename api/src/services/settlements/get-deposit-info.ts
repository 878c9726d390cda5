import { type Opening, type Terms, termsFromJson } from "@keystoneos/protocol";
import { escrowAbi } from "@keystoneos/protocol/abi";
import type { Row } from "@keystoneos/store";
import { encodeFunctionData, type Hex } from "viem";
import type { Caller } from "../../auth/caller.ts";
import type { Dependencies } from "../../context.ts";
import { ApiError, notFound } from "../../errors/api-error.ts";
import type { DepositInfo } from "../../schemas/deposit-info.ts";
import { showAddress } from "../../schemas/primitives.ts";
import { showTime } from "../time.ts";
import { approvalFor } from "./approval.ts";
import { findSettlement } from "./find-settlement.ts";
import type { LoadedSettlement } from "./load-settlements.ts";
import { DEPOSIT_STATE, lacksClosing, openDepositSecrets } from "./open-secrets.ts";
import { permit2Deposit } from "./permit2-deposit.ts";
import { isOwn, stateOf, walletIndex } from "./render-context.ts";
import { standardName, termsLegAt } from "./render-leg.ts";
import { inSnapshot } from "./select-settlement.ts";

export interface DepositRequest {
  settlementId: string;
  legIndex: string;
  /** The terms that the caller has looked at and accepts. */
  settlementHash: Hex | undefined;
}

interface OwnLeg {
  loaded: LoadedSettlement;
  leg: Row<"leg">;
  party: Row<"party">;
  /** Null when the platform does not hold it. */
  secret: Hex | null;
}

/**
 * Everything the depositing wallet needs: the calls for approval and deposit, ready to send. For own legs only, while deposits are
 * awaited, and for a party that named no receive leg only with the hash of the terms it accepts. Throws ApiError 403, 404, 409.
 */
export async function getDepositInfo(
  deps: Dependencies,
  caller: Caller,
  request: DepositRequest,
): Promise<DepositInfo> {
  const own = await inSnapshot(deps.db, async (trx): Promise<OwnLeg> => {
    const { loaded } = await findSettlement(deps, trx, caller, request.settlementId);
    const leg = loaded.legs.find(({ leg_index }) => String(leg_index) === request.legIndex);
    if (leg === undefined) throw notFound("Leg");
    const party = loaded.parties.find(({ role }) => role === leg.party_role);
    if (party === undefined || !isOwn(caller, party)) {
      throw new ApiError("not_leg_owner", "The leg is the other side's to deposit");
    }
    assertDepositable(loaded, leg);
    assertAccepted(loaded, party, request.settlementHash);
    const secrets = await openDepositSecrets(deps, trx, caller, loaded);
    return { loaded, leg, party, secret: secrets.get(party.id) ?? null };
  });
  // The node is asked after the snapshot was given back.
  const terms = termsFromJson(own.loaded.row.terms);
  return renderDepositInfo(deps, own, terms, await quoteMessage(deps, own, terms));
}

function assertDepositable(loaded: LoadedSettlement, leg: Row<"leg">): void {
  const state = stateOf(loaded);
  if (state !== DEPOSIT_STATE) {
    throw new ApiError(
      "not_awaiting_deposits",
      `The settlement is in ${state}; deposits are taken in ${DEPOSIT_STATE}`,
    );
  }
  if (lacksClosing(loaded)) {
    const detail = "The repo's closing is not on chain yet; deposits are taken once both ways are fixed";
    throw new ApiError("not_awaiting_deposits", detail);
  }
  if (loaded.row.deposit_deadline.getTime() <= Date.now()) {
    throw new ApiError("deposit_deadline_passed", "The deposit deadline has passed; the escrow takes no more deposits");
  }
  if (loaded.chain.legs.has(leg.leg_index)) {
    throw new ApiError("leg_already_deposited", "The leg has been deposited");
  }
}

function assertAccepted({ row }: LoadedSettlement, party: Row<"party">, accepted: Hex | undefined): void {
  const loc = ["query", "settlement_hash"];
  if (accepted !== undefined && accepted !== row.settlement_hash) {
    throw new ApiError("settlement_hash_mismatch", "The hash is not this settlement's; check the terms again", { loc });
  }
  if (accepted === undefined && party.open) {
    const detail = "The instruction named nothing to receive; check the terms and send settlement_hash to accept them";
    throw new ApiError("terms_acceptance_required", detail, { loc });
  }
}

/** Off the coordinator's chain the deposit that completes the lock can pay for reporting it. */
async function quoteMessage(deps: Dependencies, { loaded, leg }: OwnLeg, terms: Terms): Promise<bigint | null> {
  const chainId = Number(termsLegAt(loaded, leg.leg_index).chainId);
  if (chainId === deps.deployment.coordinatorChainId) return null;
  return deps.chains.quoteLocked(chainId, terms);
}

function renderDepositInfo(
  { deployment }: Dependencies,
  { loaded, leg, party, secret }: OwnLeg,
  terms: Terms,
  messageFee: bigint | null,
): DepositInfo {
  const { row } = loaded;
  const agreed = termsLegAt(loaded, leg.leg_index);
  const standard = standardName(agreed.standard);
  const escrow = deployment.contracts.escrow;
  const approval = approvalFor(standard, agreed, escrow);
  return {
    settlement_id: row.id,
    settlement_hash: row.settlement_hash,
    leg_index: leg.leg_index,
    // The deposit opens this party's wallet by itself; there is nothing else of this party to open at an escrow.
    calldata:
      secret === null
        ? null
        : encodeFunctionData({
            abi: escrowAbi,
            functionName: "depositLeg",
            args: [terms, BigInt(leg.leg_index), secret, []],
          }),
    escrow_address: escrow,
    chain_id: Number(agreed.chainId),
    token_address: agreed.token,
    token_standard: standard,
    token_id: standard === "ERC-721" || standard === "ERC-1155" ? agreed.tokenId : null,
    deposit_amount: agreed.amount,
    approval_calldata: approval.calldata,
    approval_amount: approval.amount,
    depositor: showAddress(party.wallet_address),
    value: (messageFee ?? 0n).toString(),
    message_fee: messageFee?.toString() ?? null,
    permit2: standard === "ERC-20" ? permit2Deposit(loaded, leg.leg_index) : null,
    reveal: revealElsewhere(deployment.contracts.escrow, loaded, party, secret, terms, agreed.chainId),
    deadline: showTime(row.deposit_deadline),
  };
}

/** The call that opens this party's wallet on another chain where it is paid and deposits nothing; null where it is open already. */
function revealElsewhere(
  escrow: Hex,
  { chain }: LoadedSettlement,
  party: Row<"party">,
  secret: Hex | null,
  terms: Terms,
  depositChainId: string,
): DepositInfo["reveal"] {
  const index = walletIndex(party);
  const deposits = new Set(terms.legs.filter((leg) => leg.from === index).map((leg) => leg.chainId));
  const paidOn = terms.legs.find(
    (leg) =>
      leg.to === index &&
      leg.chainId !== BigInt(depositChainId) &&
      !deposits.has(leg.chainId) &&
      !chain.wallets.some((wallet) => wallet.party_index === index && wallet.chain_id === leg.chainId),
  );
  if (paidOn === undefined || secret === null) return null;
  const openings: Opening[] = [{ partyIndex: index, secret, wallet: showAddress(party.wallet_address) }];
  return {
    chain_id: Number(paidOn.chainId),
    escrow_address: escrow,
    calldata: encodeFunctionData({ abi: escrowAbi, functionName: "reveal", args: [terms, openings] }),
  };
}
