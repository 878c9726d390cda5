import fc from "fast-check";
import { type Address, getAddress, type Hex } from "viem";
import { type Fee, type Leg, type Terms, type TermsContext, TokenStandard } from "../../src/terms/index.ts";

/** Random values of the wire types, and terms: `anyTerms` fit their Solidity types, `wellFormedTerms` also keep every rule. */

export const bytes = (size: number): fc.Arbitrary<Hex> =>
  fc.uint8Array({ minLength: size, maxLength: size }).map((array): Hex => `0x${Buffer.from(array).toString("hex")}`);

export const bytes32 = bytes(32);
export const address: fc.Arbitrary<Address> = bytes(20).map((value) => getAddress(value));
export const uint = (bits: number): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n });
export const uint8 = fc.nat({ max: 255 });
const uint40 = fc.integer({ min: 0, max: 2 ** 40 - 1 });

const anyFee: fc.Arbitrary<Fee> = fc.record({ recipient: address, amount: uint(256) });

const anyLeg: fc.Arbitrary<Leg> = fc.record({
  chainId: uint(64),
  escrow: address,
  token: address,
  standard: fc.nat({ max: 4 }),
  tokenId: uint(256),
  amount: uint(256),
  partition: bytes32,
  from: uint8,
  to: uint8,
  fees: fc.array(anyFee, { maxLength: 4 }),
});

export const anyTerms: fc.Arbitrary<Terms> = fc.record({
  ref: bytes(16),
  chainId: uint(64),
  coordinator: address,
  ruleset: bytes32,
  parties: fc.array(bytes32, { maxLength: 6 }),
  legs: fc.array(anyLeg, { maxLength: 4 }),
  depositDeadline: uint40,
  settleDeadline: uint40,
  attesters: fc.array(address, { maxLength: 4 }),
  threshold: uint8,
  operator: address,
  parent: bytes32,
  notBefore: uint40,
});

const notOneOf = (...taken: Address[]) => address.filter((value) => BigInt(value) !== 0n && !taken.includes(value));

const none = `0x${"00".repeat(32)}` as const;

/** What a standard has fields for; an ERC-721 leg is one token without fees. */
const legKinds: fc.Arbitrary<Pick<Leg, "standard" | "tokenId" | "partition"> & Partial<Leg>>[] = [
  fc
    .constantFrom(TokenStandard.ERC20, TokenStandard.ERC3643)
    .map((standard) => ({ standard, tokenId: 0n, partition: none })),
  uint(256).map((tokenId) => ({ standard: TokenStandard.ERC721, tokenId, partition: none, amount: 1n, fees: [] })),
  bytes32.map((partition) => ({ standard: TokenStandard.ERC1400, tokenId: 0n, partition })),
  uint(256).map((tokenId) => ({ standard: TokenStandard.ERC1155, tokenId, partition: none })),
];

function wellFormedLeg(parties: number, { chainIds, escrow }: TermsContext): fc.Arbitrary<Leg> {
  const party = fc.nat({ max: parties - 1 });
  return fc
    .record({
      chainId: fc.constantFrom(...chainIds.map(BigInt)),
      token: notOneOf(escrow),
      amount: fc.bigInt({ min: 1n, max: (1n << 256n) - 1n }),
      ends: fc.tuple(party, party).filter(([from, to]) => from !== to),
      shares: fc.array(fc.nat({ max: 250 }), { maxLength: 4 }),
      kind: fc.oneof(...legKinds),
    })
    .chain(({ chainId, token, amount, ends: [from, to], shares, kind }) =>
      fc.array(notOneOf(escrow, token), { minLength: shares.length, maxLength: shares.length }).map((recipients) => ({
        chainId,
        escrow,
        token,
        amount,
        from,
        to,
        fees: recipients
          .map((recipient, index) => ({
            recipient,
            amount:
              (amount / 1000n) * BigInt(shares[index] ?? 0) + 1n < amount / 4n
                ? (amount / 1000n) * BigInt(shares[index] ?? 0) + 1n
                : amount / 4n,
          }))
          .filter((fee) => fee.amount > 0n),
        ...kind,
      })),
    );
}

/** Terms that every contract of the deployment takes at a time before `context.now ?? 0`. */
export function wellFormedTerms(context: TermsContext): fc.Arbitrary<Terms> {
  const now = context.now ?? 0;
  return fc.uniqueArray(bytes32, { minLength: 2, maxLength: 8 }).chain((parties) =>
    fc
      .record({
        ref: bytes(16),
        ruleset: bytes32,
        legs: fc.array(wellFormedLeg(parties.length, context), { minLength: 1, maxLength: 4 }),
        deadlines: fc.tuple(fc.integer({ min: now + 1, max: 2 ** 39 }), fc.nat({ max: 10_000 })),
        attesters: fc.uniqueArray(notOneOf(), { minLength: 1, maxLength: 8 }),
        seats: fc.nat(),
        operator: address,
        // Half of them are a closing, some of those with no day of their own.
        closing: fc.option(
          fc.record({ parent: bytes32.filter((id) => id !== none), day: fc.nat({ max: 2 ** 40 - 1 }) }),
        ),
      })
      .map(
        ({ ref, ruleset, legs, deadlines: [depositDeadline, margin], attesters, seats, operator, closing }): Terms => ({
          ref,
          chainId: BigInt(context.coordinatorChainId ?? context.chainIds[0] ?? 0),
          coordinator: context.coordinator,
          ruleset,
          parties,
          legs,
          depositDeadline,
          settleDeadline: depositDeadline + margin,
          attesters: attesters.toSorted((left, right) => (BigInt(left) < BigInt(right) ? -1 : 1)),
          threshold: 1 + (seats % attesters.length),
          operator,
          parent: closing?.parent ?? none,
          notBefore: (closing?.day ?? 0) % depositDeadline,
        }),
      ),
  );
}
