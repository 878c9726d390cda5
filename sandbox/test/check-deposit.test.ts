import { hashTerms, randomSecret, type Terms, termsToJson, walletCommitment } from "@keystoneos/protocol";
import { erc20Abi, escrowAbi } from "@keystoneos/protocol/abi";
import { expect } from "chai";
import { type Address, encodeFunctionData, getAddress, type Hex, zeroAddress, zeroHash } from "viem";
import { checkDeposit, checkReveal, type DepositToCheck } from "../src/counterparty/check-deposit.ts";
import { BOND, CASH, instruction, instructionLeg, settlement } from "./support/shapes.ts";

const address = (byte: string): Address => `0x${byte.repeat(20)}`;
const word = (byte: string): Hex => `0x${byte.repeat(32)}`;

describe("what the counterparty checks before it pays", () => {
  const wallet = address("aa");
  const escrow = address("e5");
  const secret = randomSecret();
  const leg = (token: Address, amount: bigint, from: number, to: number) => ({
    chainId: 31_337n,
    escrow,
    token,
    standard: 0,
    tokenId: 0n,
    amount,
    partition: zeroHash,
    from,
    to,
    fees: [] as { recipient: Address; amount: bigint }[],
  });
  const agreedTerms = (): Terms => ({
    ref: `0x${"01".repeat(16)}`,
    chainId: 31_337n,
    coordinator: address("c0"),
    ruleset: word("02"),
    parties: [word("03"), word("04"), word("05"), walletCommitment(secret, wallet)],
    legs: [leg(BOND, 5n * 10n ** 18n, 1, 3), leg(CASH, 100_000_000n, 3, 1)],
    depositDeadline: 1_800_000_000,
    settleDeadline: 1_800_000_000,
    attesters: [address("a7")],
    threshold: 1,
    operator: zeroAddress,
    parent: zeroHash,
    notBefore: 0,
  });
  const mirror = instruction({
    role: "buyer",
    legs: [
      instructionLeg({ direction: "receive" }),
      instructionLeg({ direction: "deliver", token_address: CASH, quantity: "100", decimals: 6 }),
    ],
  });

  /** All that the platform says of a deposit, about these terms. */
  function told(terms = agreedTerms()): DepositToCheck {
    const read = settlement({ terms: termsToJson(terms), settlement_hash: hashTerms(terms) });
    const own = read.legs[1] as (typeof read.legs)[number];
    return {
      settlement: read,
      leg: own,
      wallet,
      mirror,
      info: {
        calldata: encodeFunctionData({ abi: escrowAbi, functionName: "depositLeg", args: [terms, 1n, secret, []] }),
        escrow_address: escrow,
        token_address: CASH,
        approval_calldata: encodeFunctionData({ abi: erc20Abi, functionName: "approve", args: [escrow, 100_000_000n] }),
        value: "7",
        reveal: null,
      },
    };
  }
  const refusal = (all: DepositToCheck): string => {
    try {
      checkDeposit(all);
    } catch (error) {
      return (error as Error).message.replace("the deposit is not what was agreed: ", "");
    }
    return "";
  };
  const toldWith = (change: Partial<DepositToCheck["info"]>, terms?: Terms): DepositToCheck => {
    const all = told(terms);
    return { ...all, info: { ...all.info, ...change } };
  };
  const withLeg = (index: number, change: Partial<Terms["legs"][number]>): Terms => {
    const terms = agreedTerms();
    return { ...terms, legs: terms.legs.map((each, i) => (i === index ? { ...each, ...change } : each)) };
  };
  const approval = (spender: Address, amount: bigint) =>
    encodeFunctionData({ abi: erc20Abi, functionName: "approve", args: [spender, amount] });

  it("lets the calls of the agreed leg through", () => {
    const checked = checkDeposit(told());
    expect(checked).to.include({
      escrow: getAddress(escrow),
      token: getAddress(CASH),
      amount: 100_000_000n,
      value: 7n,
    });
  });

  it("lets an amount be larger by the fees that the terms name, and by no more", () => {
    const fees = [{ recipient: address("fe"), amount: 250_000n }];
    const of = (amount: bigint) =>
      refusal(toldWith({ approval_calldata: approval(escrow, amount) }, withLeg(1, { amount, fees })));
    expect(of(100_250_000n)).to.equal("");
    expect(of(100_250_001n)).to.equal("legs");
  });

  for (const [what, terms] of [
    ["more to pay", withLeg(1, { amount: 100_000_001n })],
    ["less to receive", withLeg(0, { amount: 5n * 10n ** 18n - 1n })],
    ["another token to receive", withLeg(0, { token: CASH })],
    ["another chain", withLeg(0, { chainId: 84_532n })],
    ["somebody else who receives", withLeg(0, { to: 0 })],
    ["one leg more", { ...agreedTerms(), legs: [...agreedTerms().legs, leg(CASH, 1n, 3, 1)] }],
    ["one leg less", { ...agreedTerms(), legs: [leg(BOND, 1n, 0, 2), ...agreedTerms().legs.slice(1)] }],
  ] as const) {
    it(`refuses terms with ${what}`, () => {
      expect(refusal(told(terms))).to.equal("legs");
    });
  }

  it("refuses terms that are not those of the settlement's hash", () => {
    const all = told();
    expect(refusal({ ...all, settlement: { ...all.settlement, settlement_hash: word("99") } })).to.equal(
      "settlement_hash",
    );
  });

  it("takes a settlement without an instruction only for the way back of a repo", () => {
    expect(refusal({ ...told(), mirror: undefined })).to.equal("parent");
    expect(refusal({ ...told({ ...agreedTerms(), parent: word("77") }), mirror: undefined })).to.equal("");
  });

  const stranger: Terms = { ...agreedTerms(), ref: `0x${"09".repeat(16)}` };
  const deposit = (terms: Terms, index: bigint, opening: Hex) =>
    encodeFunctionData({ abi: escrowAbi, functionName: "depositLeg", args: [terms, index, opening, []] });
  for (const [field, what, change] of [
    ["calldata", "the deposit of another settlement", { calldata: deposit(stranger, 1n, secret) }],
    ["calldata", "the deposit of another leg", { calldata: deposit(agreedTerms(), 0n, secret) }],
    ["secret", "an opening of another wallet", { calldata: deposit(agreedTerms(), 1n, word("01")) }],
    [
      "approval_calldata",
      "an approval for somebody else",
      { approval_calldata: approval(address("bb"), 100_000_000n) },
    ],
    ["approval_calldata", "an approval of more", { approval_calldata: approval(escrow, 100_000_001n) }],
    ["escrow_address", "another escrow", { escrow_address: address("bb") }],
    ["token_address", "another token", { token_address: BOND }],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(refusal(toldWith(change))).to.equal(field);
    });
  }

  const reveal = (terms: Terms) => encodeFunctionData({ abi: escrowAbi, functionName: "reveal", args: [terms, []] });

  it("refuses any other call", () => {
    const transfer = encodeFunctionData({ abi: erc20Abi, functionName: "transfer", args: [wallet, 1n] });
    expect(refusal(toldWith({ approval_calldata: transfer }))).to.include("transfer");
    expect(refusal(toldWith({ calldata: reveal(agreedTerms()) }))).to.include("reveal");
    expect(refusal(toldWith({ calldata: null }))).to.include("without calldata");
  });

  it("reveals its wallet for this settlement only", () => {
    const { settlement: read } = told();
    const opening = (calldata: Hex, change = {}) => ({ chain_id: 31_337, escrow_address: escrow, calldata, ...change });
    checkReveal(read, opening(reveal(agreedTerms())));
    for (const wrong of [
      opening(reveal(stranger)),
      opening(reveal(agreedTerms()), { escrow_address: address("bb") }),
      opening(reveal(agreedTerms()), { chain_id: 84_532 }),
    ])
      expect(() => checkReveal(read, wrong)).to.throw("agreed: reveal");
    expect(() => checkReveal(read, opening(deposit(agreedTerms(), 1n, secret)))).to.throw("depositLeg");
  });
});
