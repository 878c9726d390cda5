import type { Address } from "viem";
import { MAX_ENCODED_BYTES, type Terms, type TermsError, TokenStandard } from "../../src/terms/index.ts";
import { context, terms, type withLeg } from "./sample.ts";

/** One way each to break well-formed terms. The contract must name the same error with the same arguments. */
export interface TermsFaultCase {
  name: string;
  change: (terms: Terms) => Terms;
  error: TermsError;
  args: unknown[];
  field: string;
}

const stranger: Address = "0x000000000000000000000000000000000000dEaD";
const commitment = (index: number) => `0x${index.toString(16).padStart(64, "0")}` as const;
const account = (index: number) => `0x${index.toString(16).padStart(40, "0")}` as const;
const many = <item>(count: number, make: (index: number) => item) =>
  Array.from({ length: count }, (_, i) => make(i + 1));

/** 17 words of terms, 4 parties, 1 attester, 12 words a leg, 2 words a fee. */
const sizeOf = (legs: number, parties: number, fees: number) => 32 * (17 + parties + 1 + 12 * legs + 2 * fees);

function leg(change: Parameters<typeof withLeg>[1], index = 0) {
  return (base: Terms): Terms => ({
    ...base,
    legs: base.legs.map((entry, position) => (position === index ? { ...entry, ...change } : entry)),
  });
}

const fee = (recipient: Address) => ({ recipient, amount: 1n });
const first = terms.legs[0] as Terms["legs"][number];
const second = terms.legs[1] as Terms["legs"][number];

export const faultyTerms: TermsFaultCase[] = [
  {
    name: "no legs",
    change: (base) => ({ ...base, legs: [] }),
    error: "Terms_NoLegs",
    args: [],
    field: "legs",
  },
  {
    name: "17 legs",
    change: (base) => ({ ...base, legs: many(17, () => base.legs[0] ?? first) }),
    error: "Terms_TooManyLegs",
    args: [17n],
    field: "legs",
  },
  {
    name: "33 parties",
    change: (base) => ({ ...base, parties: many(33, commitment) }),
    error: "Terms_TooManyParties",
    args: [33n],
    field: "parties",
  },
  {
    name: "9 attesters",
    change: (base) => ({ ...base, attesters: many(9, account) }),
    error: "Terms_TooManyAttesters",
    args: [9n],
    field: "attesters",
  },
  {
    name: "another coordinator chain",
    change: (base) => ({ ...base, chainId: 84532n }),
    error: "Terms_ForeignCoordinator",
    args: [84532n, context.coordinator],
    field: "chainId",
  },
  {
    name: "another coordinator",
    change: (base) => ({ ...base, coordinator: stranger }),
    error: "Terms_ForeignCoordinator",
    args: [11155111n, stranger],
    field: "coordinator",
  },
  {
    name: "a maturity of nothing",
    change: (base) => ({ ...base, notBefore: 1 }),
    error: "Terms_NotBeforeWithoutParent",
    args: [1],
    field: "notBefore",
  },
  {
    name: "a maturity that leaves no time to deposit",
    change: (base) => ({ ...base, parent: commitment(7), notBefore: base.depositDeadline }),
    error: "Terms_NotBeforeTooLate",
    args: [terms.depositDeadline, terms.depositDeadline],
    field: "notBefore",
  },
  {
    name: "a settle deadline before the deposit deadline",
    change: (base) => ({ ...base, settleDeadline: base.depositDeadline - 1 }),
    error: "Terms_DeadlineOrder",
    args: [terms.depositDeadline, terms.depositDeadline - 1],
    field: "settleDeadline",
  },
  {
    name: "threshold zero",
    change: (base) => ({ ...base, threshold: 0 }),
    error: "Terms_InvalidThreshold",
    args: [0n, 1n],
    field: "threshold",
  },
  {
    name: "a threshold above the attesters",
    change: (base) => ({ ...base, threshold: 2 }),
    error: "Terms_InvalidThreshold",
    args: [2n, 1n],
    field: "threshold",
  },
  {
    name: "no attesters",
    change: (base) => ({ ...base, attesters: [] }),
    error: "Terms_InvalidThreshold",
    args: [1n, 0n],
    field: "threshold",
  },
  {
    name: "attesters in another order",
    change: (base) => ({ ...base, attesters: [account(2), account(1)] }),
    error: "Terms_AttestersNotAscending",
    args: [1n],
    field: "attesters[1]",
  },
  {
    name: "a repeated attester",
    change: (base) => ({ ...base, attesters: [account(1), account(2), account(2)] }),
    error: "Terms_AttestersNotAscending",
    args: [2n],
    field: "attesters[2]",
  },
  {
    name: "the zero attester",
    change: (base) => ({ ...base, attesters: [account(0)] }),
    error: "Terms_AttestersNotAscending",
    args: [0n],
    field: "attesters[0]",
  },
  {
    name: "a repeated party",
    change: (base) => ({ ...base, parties: [...base.parties, base.parties[1] ?? commitment(1)] }),
    error: "Terms_RepeatedParty",
    args: [4n],
    field: "parties[4]",
  },
  {
    name: "a party that is there three times",
    change: (base) => ({ ...base, parties: [...base.parties, ...many(2, () => base.parties[1] ?? commitment(1))] }),
    error: "Terms_RepeatedParty",
    args: [4n],
    field: "parties[4]",
  },
  {
    name: "a leg on a chain without a row",
    change: leg({ chainId: 1n }, 1),
    error: "Terms_UnknownChain",
    args: [1n, 1n],
    field: "legs[1].chainId",
  },
  {
    name: "a leg on chain zero",
    change: leg({ chainId: 0n }),
    error: "Terms_UnknownChain",
    args: [0n, 0n],
    field: "legs[0].chainId",
  },
  {
    name: "another escrow",
    change: leg({ escrow: stranger }),
    error: "Terms_ForeignEscrow",
    args: [0n, stranger],
    field: "legs[0].escrow",
  },
  {
    name: "a payer that is no party",
    change: leg({ from: 4 }),
    error: "Terms_IndexOutOfRange",
    args: [0n, 4n],
    field: "legs[0].from",
  },
  {
    name: "a recipient that is no party",
    change: leg({ to: 255 }),
    error: "Terms_IndexOutOfRange",
    args: [0n, 255n],
    field: "legs[0].to",
  },
  {
    name: "a leg from a party to itself",
    change: leg({ to: first.from }),
    error: "Terms_FromIsTo",
    args: [0n],
    field: "legs[0].to",
  },
  {
    name: "a zero amount",
    change: leg({ amount: 0n }),
    error: "Terms_ZeroAmount",
    args: [0n],
    field: "legs[0].amount",
  },
  {
    name: "5 fees",
    change: leg({ fees: many(5, () => fee(stranger)) }),
    error: "Terms_TooManyFees",
    args: [0n, 5n],
    field: "legs[0].fees",
  },
  {
    name: "a fee to zero",
    change: leg({ fees: [fee(stranger), fee(account(0))] }),
    error: "Terms_InvalidFeeRecipient",
    args: [0n, 1n, account(0)],
    field: "legs[0].fees[1].recipient",
  },
  {
    name: "a fee to the escrow",
    change: (base) => leg({ fees: [fee(base.legs[0]?.escrow ?? stranger)] })(base),
    error: "Terms_InvalidFeeRecipient",
    args: [0n, 0n, context.escrow],
    field: "legs[0].fees[0].recipient",
  },
  {
    name: "a fee to the token",
    change: leg({ fees: [fee(second.token)] }, 1),
    error: "Terms_InvalidFeeRecipient",
    args: [1n, 0n, second.token],
    field: "legs[1].fees[0].recipient",
  },
  {
    name: "fees above the amount",
    change: leg({
      amount: 3n,
      fees: [
        { recipient: stranger, amount: 2n },
        { recipient: stranger, amount: 2n },
      ],
    }),
    error: "Terms_FeesExceedAmount",
    args: [0n],
    field: "legs[0].fees[1].amount",
  },
  {
    name: "fees whose sum overflows",
    change: leg({
      fees: [
        { recipient: stranger, amount: 1n },
        { recipient: stranger, amount: (1n << 256n) - 1n },
      ],
    }),
    error: "Terms_FeesExceedAmount",
    args: [0n],
    field: "legs[0].fees[1].amount",
  },
  {
    name: "more than one of an ERC-721",
    change: leg({ standard: TokenStandard.ERC721, amount: 2n }),
    error: "Terms_StandardFields",
    args: [0n],
    field: "legs[0].amount",
  },
  {
    name: "a fee out of an ERC-721",
    change: leg({ standard: TokenStandard.ERC721, amount: 1n, fees: [{ recipient: stranger, amount: 0n }] }),
    error: "Terms_StandardFields",
    args: [0n],
    field: "legs[0].fees",
  },
  ...[TokenStandard.ERC20, TokenStandard.ERC1400, TokenStandard.ERC3643].map(
    (standard): TermsFaultCase => ({
      name: `a token id under standard ${standard}`,
      change: leg({ standard, tokenId: 1n }, 1),
      error: "Terms_StandardFields",
      args: [1n],
      field: "legs[1].tokenId",
    }),
  ),
  ...[TokenStandard.ERC20, TokenStandard.ERC721, TokenStandard.ERC3643, TokenStandard.ERC1155].map(
    (standard): TermsFaultCase => ({
      name: `a partition under standard ${standard}`,
      change: leg({ standard, amount: 1n, partition: commitment(1) }),
      error: "Terms_StandardFields",
      args: [0n],
      field: "legs[0].partition",
    }),
  ),
  {
    name: `more than ${MAX_ENCODED_BYTES} bytes`,
    change: (base) => ({
      ...base,
      parties: many(32, commitment),
      legs: many(16, () => ({ ...(base.legs[0] ?? first), fees: many(2, () => fee(stranger)) })),
    }),
    error: "Terms_TooLarge",
    args: [BigInt(sizeOf(16, 32, 32))],
    field: "",
  },
];
