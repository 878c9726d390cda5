import { expect } from "chai";
import fc from "fast-check";
import {
  type Abi,
  type Address,
  encodeAbiParameters,
  encodeFunctionData,
  getAbiItem,
  getAddress,
  type Hex,
  hashTypedData,
  size,
  zeroAddress,
} from "viem";
import { ROLES } from "./support/chain.ts";
import { attest } from "./support/compliance.ts";
import { expectRevert } from "./support/revert.ts";
import { deposit, dvp } from "./support/settle.ts";
import { type Leg, STANDARD, STATE, type Terms, type Trade } from "./support/terms.ts";
import { eventsOf, legOf, openingOf, vary, varyLeg } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

/** The published types of the settlement id, written down a second time, independently of the contract. */
const TYPES = {
  Terms: [
    { name: "ref", type: "bytes16" },
    { name: "chainId", type: "uint64" },
    { name: "coordinator", type: "address" },
    { name: "ruleset", type: "bytes32" },
    { name: "parties", type: "bytes32[]" },
    { name: "legs", type: "Leg[]" },
    { name: "depositDeadline", type: "uint40" },
    { name: "settleDeadline", type: "uint40" },
    { name: "attesters", type: "address[]" },
    { name: "threshold", type: "uint8" },
    { name: "operator", type: "address" },
    { name: "parent", type: "bytes32" },
    { name: "notBefore", type: "uint40" },
  ],
  Leg: [
    { name: "chainId", type: "uint64" },
    { name: "escrow", type: "address" },
    { name: "token", type: "address" },
    { name: "standard", type: "uint8" },
    { name: "tokenId", type: "uint256" },
    { name: "amount", type: "uint256" },
    { name: "partition", type: "bytes32" },
    { name: "from", type: "uint8" },
    { name: "to", type: "uint8" },
    { name: "fees", type: "Fee[]" },
  ],
  Fee: [
    { name: "recipient", type: "address" },
    { name: "amount", type: "uint256" },
  ],
} as const;

const word = (value: number | bigint): Hex => `0x${value.toString(16).padStart(64, "0")}`;
const account = (value: number | bigint): Address => getAddress(`0x${value.toString(16).padStart(40, "0")}`);

describe("terms", function () {
  this.timeout(60_000);
  let world: World;
  let trade: Trade;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld();
    trade = await dvp(world);
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const create = ({ terms }: Trade) => world.coordinator.write.createSettlement([terms]);
  const feeOf = (recipient: Address, amount = 1n) => ({ recipient, amount });
  function encodedSize(terms: Terms): number {
    const { inputs } = getAbiItem({ abi: world.coordinator.abi, name: "createSettlement" });
    return size(encodeAbiParameters(inputs, [terms]));
  }

  describe("id", () => {
    const digit = fc.integer({ min: 0, max: 15 }).map((value) => value.toString(16));
    const hex = (bytes: number) =>
      fc.array(digit, { minLength: 2 * bytes, maxLength: 2 * bytes }).map((digits): Hex => `0x${digits.join("")}`);
    const uint = (bits: bigint) => fc.bigInt({ min: 0n, max: 2n ** bits - 1n });
    const uint40 = uint(40n).map(Number);
    const uint8 = fc.integer({ min: 0, max: 255 });
    const address = hex(20).map((value) => getAddress(value));
    const leg: fc.Arbitrary<Leg> = fc.record({
      chainId: uint(64n),
      escrow: address,
      token: address,
      standard: fc.integer({ min: 0, max: 4 }),
      tokenId: uint(256n),
      amount: uint(256n),
      partition: hex(32),
      from: uint8,
      to: uint8,
      fees: fc.array(fc.record({ recipient: address, amount: uint(256n) }), { maxLength: 4 }),
    });
    const anyTerms: fc.Arbitrary<Terms> = fc.record({
      ref: hex(16),
      chainId: uint(64n),
      coordinator: address,
      ruleset: hex(32),
      parties: fc.array(hex(32), { maxLength: 6 }),
      legs: fc.array(leg, { maxLength: 4 }),
      depositDeadline: uint40,
      settleDeadline: uint40,
      attesters: fc.array(address, { maxLength: 3 }),
      threshold: uint8,
      operator: address,
      parent: hex(32),
      notBefore: uint40,
    });

    it("is the EIP-712 digest under the domain that the terms name", async () => {
      await fc.assert(
        fc.asyncProperty(anyTerms, async (terms) => {
          const expected = hashTypedData({
            domain: {
              name: "KeyStone Settlement",
              version: "1",
              chainId: terms.chainId,
              verifyingContract: terms.coordinator,
            },
            types: TYPES,
            primaryType: "Terms",
            message: terms,
          });
          expect(await world.coordinator.read.hashTerms([terms])).to.equal(expected);
        }),
        { numRuns: 60 },
      );
    });
  });

  it("are the same in a layout of the calldata that the encoder would not choose, all the way to the payout", async () => {
    await deposit(world, trade, 0);
    await deposit(world, trade, 1);
    /** With a word that nothing points to between the head of the terms and the first of their lists. */
    const send = async (to: Address, call: { abi: Abi; functionName: string }) => {
      const data = encodeFunctionData({ ...call, args: [trade.terms] });
      const words = data.slice(10).match(/.{64}/g) ?? [];
      for (const list of [4, 5, 8]) words[1 + list] = word(BigInt(`0x${words[1 + list]}`) + 32n).slice(2);
      words.splice(1 + 13, 0, "ff".repeat(32));
      return world.home
        .account(ROLES.stranger)
        .sendTransaction({ to, data: `${data.slice(0, 10)}${words.join("")}` as Hex });
    };
    const { abi, address } = world.coordinator;
    const [event] = await eventsOf(
      world.home,
      world.coordinator,
      await send(address, { abi, functionName: "createSettlement" }),
    );
    expect(event?.args).to.deep.include({ settlementId: trade.id });
    expect(await world.coordinator.read.hashTerms([event?.args.terms as Terms])).to.equal(trade.id);
    await attest(world, trade);
    await send(world.addresses.escrow, { abi: world.escrow.home.abi, functionName: "notifyLocked" });
    const { state } = await world.coordinator.read.stateOf([trade.id]);
    expect(state).to.equal(STATE.FINALIZED);
  });

  describe("at their bounds", () => {
    /** As large as legs, parties and attesters can be at once. */
    async function largest(): Promise<Trade> {
      const parties = Array.from({ length: 32 }, (_, i) => word(i + 1));
      const legs = Array.from({ length: 16 }, (_, i) => ({ ...legOf(trade, 0), from: 2 * i, to: 2 * i + 1 }));
      const attesters = Array.from({ length: 8 }, (_, i) => account(i + 1));
      return vary(world, trade, { parties, legs, attesters, threshold: 8 });
    }

    it("are taken with 16 legs, 32 parties and 8 attesters", async () => {
      const bound = await largest();
      expect(encodedSize(bound.terms)).to.equal(7_968);
      await create(bound);
      expect((await world.coordinator.read.stateOf([bound.id])).created).to.equal(true);
    });

    it("valid call, one thing broken: one fee more, refused with the size that their encoding has", async () => {
      const legs = (await largest()).terms.legs.map((leg, i) =>
        i === 0 ? { ...leg, fees: [feeOf(account(77))] } : leg,
      );
      const over = await vary(world, await largest(), { legs });
      await expectRevert(create(over), "Terms_TooLarge", [BigInt(encodedSize(over.terms))]);
    });

    it("are taken with what each standard has a word for", async () => {
      const { ERC721, ERC1400, ERC3643, ERC1155 } = STANDARD;
      for (const fields of [
        { standard: ERC721, tokenId: 2n ** 256n - 1n, amount: 1n },
        { standard: ERC721, tokenId: 0n, amount: 1n },
        { standard: ERC1400, partition: word(1), amount: 2n, fees: [feeOf(account(77))] },
        { standard: ERC1400, partition: word(0) },
        { standard: ERC3643, fees: [feeOf(account(77))] },
        { standard: ERC1155, tokenId: 7n, amount: 2n, fees: [feeOf(account(77))] },
      ]) {
        await create(await varyLeg(world, trade, 0, fields));
      }
    });

    it("are taken with 4 fees that leave nothing to the recipient", async () => {
      const { amount } = legOf(trade, 0);
      const fees = [feeOf(account(77), amount - 3n), ...[78, 79, 80].map((id) => feeOf(account(id)))];
      await create(await varyLeg(world, trade, 0, { fees }));
    });
  });

  // Each is a good trade with one thing broken.
  const faults: [name: string, broken: () => Promise<Trade>, args: () => readonly unknown[]][] = [
    ["Terms_NoLegs", () => vary(world, trade, { legs: [] }), () => []],
    ["Terms_TooManyLegs", () => vary(world, trade, { legs: Array(17).fill(legOf(trade, 0)) }), () => [17n]],
    [
      "Terms_TooManyParties",
      () =>
        vary(world, trade, { parties: [...trade.terms.parties, ...Array.from({ length: 29 }, (_, i) => word(i + 1))] }),
      () => [33n],
    ],
    [
      "Terms_TooManyAttesters",
      () => vary(world, trade, { attesters: Array.from({ length: 9 }, (_, i) => account(i + 1)) }),
      () => [9n],
    ],
    [
      "Terms_ForeignCoordinator",
      () => vary(world, trade, { coordinator: account(7) }),
      () => [trade.terms.chainId, account(7)],
    ],
    [
      "Terms_ForeignCoordinator",
      () => vary(world, trade, { chainId: BigInt(world.away.chainId) }),
      () => [BigInt(world.away.chainId), world.addresses.coordinator],
    ],
    [
      "Terms_DeadlineOrder",
      () => vary(world, trade, { settleDeadline: trade.terms.depositDeadline - 1 }),
      () => [trade.terms.depositDeadline, trade.terms.depositDeadline - 1],
    ],
    ["Terms_NotBeforeWithoutParent", () => vary(world, trade, { notBefore: 1 }), () => [1]],
    [
      "Terms_NotBeforeTooLate",
      () => vary(world, trade, { parent: word(1), notBefore: trade.terms.depositDeadline }),
      () => [trade.terms.depositDeadline, trade.terms.depositDeadline],
    ],
    ["Terms_InvalidThreshold", () => vary(world, trade, { threshold: 0 }), () => [0n, 1n]],
    ["Terms_InvalidThreshold", () => vary(world, trade, { threshold: 2 }), () => [2n, 1n]],
    ["Terms_InvalidThreshold", () => vary(world, trade, { attesters: [] }), () => [1n, 0n]],
    ["Terms_AttestersNotAscending", () => vary(world, trade, { attesters: [zeroAddress] }), () => [0n]],
    ["Terms_AttestersNotAscending", () => vary(world, trade, { attesters: [account(2), account(2)] }), () => [1n]],
    ["Terms_AttestersNotAscending", () => vary(world, trade, { attesters: [3, 4, 2].map(account) }), () => [2n]],
    [
      "Terms_RepeatedParty",
      () => vary(world, trade, { parties: [...trade.terms.parties, trade.terms.parties[1] ?? "0x"] }),
      () => [4n],
    ],
    // A party that is there three times is named where it is first repeated.
    [
      "Terms_RepeatedParty",
      () => {
        const [first = "0x", ...others] = trade.terms.parties;
        return vary(world, trade, { parties: [first, ...others, first, first] });
      },
      () => [4n],
    ],
    ["Terms_UnknownChain", () => varyLeg(world, trade, 1, { chainId: 1n }), () => [1n, 1n]],
    ["Terms_UnknownChain", () => varyLeg(world, trade, 1, { chainId: 0n }), () => [1n, 0n]],
    ["Terms_ForeignEscrow", () => varyLeg(world, trade, 1, { escrow: account(9) }), () => [1n, account(9)]],
    ["Terms_IndexOutOfRange", () => varyLeg(world, trade, 1, { from: 4 }), () => [1n, 4n]],
    ["Terms_IndexOutOfRange", () => varyLeg(world, trade, 1, { to: 255 }), () => [1n, 255n]],
    ["Terms_FromIsTo", () => varyLeg(world, trade, 1, { to: 3 }), () => [1n]],
    ["Terms_ZeroAmount", () => varyLeg(world, trade, 1, { amount: 0n }), () => [1n]],
    ["Terms_TooManyFees", () => varyLeg(world, trade, 1, { fees: Array(5).fill(feeOf(account(77))) }), () => [1n, 5n]],
    [
      "Terms_InvalidFeeRecipient",
      () => varyLeg(world, trade, 1, { fees: [feeOf(zeroAddress)] }),
      () => [1n, 0n, zeroAddress],
    ],
    [
      "Terms_InvalidFeeRecipient",
      () => varyLeg(world, trade, 1, { fees: [feeOf(account(77)), feeOf(world.addresses.escrow)] }),
      () => [1n, 1n, world.addresses.escrow],
    ],
    [
      "Terms_InvalidFeeRecipient",
      () => varyLeg(world, trade, 1, { fees: [feeOf(legOf(trade, 1).token)] }),
      () => [1n, 0n, getAddress(legOf(trade, 1).token)],
    ],
    [
      "Terms_FeesExceedAmount",
      () => varyLeg(world, trade, 1, { fees: [feeOf(account(77), legOf(trade, 1).amount), feeOf(account(78))] }),
      () => [1n],
    ],
    [
      "Terms_FeesExceedAmount",
      () => varyLeg(world, trade, 1, { fees: [feeOf(account(77), 2n), feeOf(account(78), 2n ** 256n - 1n)] }),
      () => [1n],
    ],
    ["Terms_StandardFields", () => varyLeg(world, trade, 1, { tokenId: 1n }), () => [1n]],
    ["Terms_StandardFields", () => varyLeg(world, trade, 1, { partition: word(1) }), () => [1n]],
    ["Terms_StandardFields", () => varyLeg(world, trade, 1, { standard: STANDARD.ERC721, amount: 2n }), () => [1n]],
    [
      "Terms_StandardFields",
      () => varyLeg(world, trade, 1, { standard: STANDARD.ERC721, amount: 1n, fees: [feeOf(account(77))] }),
      () => [1n],
    ],
    [
      "Terms_StandardFields",
      () => varyLeg(world, trade, 1, { standard: STANDARD.ERC721, amount: 1n, partition: word(1) }),
      () => [1n],
    ],
    ["Terms_StandardFields", () => varyLeg(world, trade, 1, { standard: STANDARD.ERC1400, tokenId: 1n }), () => [1n]],
    ["Terms_StandardFields", () => varyLeg(world, trade, 1, { standard: STANDARD.ERC3643, tokenId: 1n }), () => [1n]],
    [
      "Terms_StandardFields",
      () => varyLeg(world, trade, 1, { standard: STANDARD.ERC3643, partition: word(1) }),
      () => [1n],
    ],
    [
      "Terms_StandardFields",
      () => varyLeg(world, trade, 1, { standard: STANDARD.ERC1155, partition: word(1) }),
      () => [1n],
    ],
  ];

  describe("valid call, one thing broken: at creation", () => {
    for (const [index, [name, broken, args]] of faults.entries()) {
      it(`${name} (${index})`, async () => {
        const { terms, id } = await broken();
        await expectRevert(world.coordinator.write.createSettlement([terms]), name, args());
        expect((await world.coordinator.read.stateOf([id])).created).to.equal(false);
      });
    }
  });

  describe("valid call, one thing broken: at deposit", () => {
    for (const [index, [name, broken, args]] of faults.entries()) {
      if (name === "Terms_NoLegs") continue;
      it(`${name} (${index})`, async () => {
        const bad = await broken();
        const { secret, wallet } = openingOf(trade, 0);
        const call = world.escrow.home.write.depositLeg([bad.terms, 0n, secret, []], { account: wallet });
        await expectRevert(call, name, args());
        expect((await world.escrow.home.read.stateOf([bad.id])).deposited).to.equal(0);
      });
    }

    it("are the unbroken trade's only obstacle", async () => {
      await deposit(world, trade, 0);
      expect((await world.escrow.home.read.stateOf([trade.id])).deposited).to.equal(1);
    });
  });
});
