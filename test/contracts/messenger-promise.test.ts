import { expect } from "chai";
import { type Address, stringToHex, zeroAddress } from "viem";
import { type Chain, COORDINATOR_CHAIN, OTHER_CHAIN, openChain, ROLES } from "./support/chain.ts";
import { deployChildren, deployRoot, type Row, rootInitCode, wiringHash, wiringOf } from "./support/deployment.ts";
import { deployLayerZero, type LayerZero, type PathWiring, type Wiring } from "./support/layerzero.ts";
import { expectRevert } from "./support/revert.ts";
import { MESSAGE, type Terms } from "./support/terms.ts";

const label = (what: string) => stringToHex(what, { size: 32 });
const MAX_UINT64 = 2n ** 64n - 1n;
const EMPTY_TERMS: Terms = {
  ref: `0x${"00".repeat(16)}`,
  chainId: 0n,
  coordinator: zeroAddress,
  ruleset: `0x${"00".repeat(32)}`,
  parties: [],
  legs: [],
  depositDeadline: 0,
  settleDeadline: 0,
  attesters: [],
  threshold: 0,
  operator: zeroAddress,
  parent: `0x${"00".repeat(32)}`,
  notBefore: 0,
};

/** A deployment of its own on one chain, whose own row promises this wiring. */
async function messengerFor(
  chain: Chain,
  layerZero: LayerZero,
  wiring: Wiring,
  others: readonly Row[],
  ownEid?: number,
) {
  const own: Row = {
    chainId: BigInt(chain.chainId),
    eid: ownEid ?? chain.eid,
    endpoint: layerZero.endpoint,
    wiringHash: await wiringHash(wiring),
  };
  const code = await rootInitCode(COORDINATOR_CHAIN.chainId, [...others.slice(0, 1), own, ...others.slice(1)]);
  const { messenger } = await deployChildren(chain, await deployRoot(chain, code));
  return chain.viem.getContractAt("LayerZeroMessenger", messenger);
}

const rowOf = (chainId: number, eid: number): Row => ({
  chainId: BigInt(chainId),
  eid,
  endpoint: "0x00000000000000000000000000000000000e0d01",
  wiringHash: `0x${"00".repeat(32)}`,
});

describe("LayerZeroMessenger: what a wiring may promise", function () {
  this.timeout(60_000);

  describe("off the coordinator's chain", () => {
    let chain: Chain;
    let layerZero: LayerZero;
    let restore: () => Promise<void>;

    before(async () => {
      chain = await openChain(OTHER_CHAIN);
      layerZero = await deployLayerZero(chain, [COORDINATOR_CHAIN.eid, 7]);
      const snapshot = await chain.helpers.takeSnapshot();
      restore = () => snapshot.restore();
    });
    afterEach(() => restore());

    const home = rowOf(COORDINATOR_CHAIN.chainId, COORDINATOR_CHAIN.eid);
    const third = rowOf(10, 7);
    const good = () => wiringOf(layerZero, [COORDINATOR_CHAIN.eid]).paths[0] as PathWiring;
    const many = (count: number) =>
      Array.from({ length: count }, (_, i) => `0x${(i + 1).toString(16).padStart(40, "0")}` as Address);

    const faults: [what: string, name: string, change: () => Partial<PathWiring>][] = [
      ["one sending verifier", "sendVerifiers", () => ({ sendVerifiers: [layerZero.sendVerifiers[0]] })],
      ["one receiving verifier", "receiveVerifiers", () => ({ receiveVerifiers: [layerZero.receiveVerifiers[0]] })],
      [
        "one verifier twice",
        "receiveVerifiers",
        () => ({ receiveVerifiers: [layerZero.receiveVerifiers[0], layerZero.receiveVerifiers[0]] }),
      ],
      ["verifiers out of order", "sendVerifiers", () => ({ sendVerifiers: [...layerZero.sendVerifiers].reverse() })],
      [
        "a zero verifier",
        "receiveVerifiers",
        () => ({ receiveVerifiers: [zeroAddress, layerZero.receiveVerifiers[0]] }),
      ],
      ["128 verifiers", "sendVerifiers", () => ({ sendVerifiers: many(128) })],
      ["no sending confirmations", "sendConfirmations", () => ({ sendConfirmations: 0n })],
      ["LayerZero's word for none, sending", "sendConfirmations", () => ({ sendConfirmations: MAX_UINT64 })],
      ["no receiving confirmations", "receiveConfirmations", () => ({ receiveConfirmations: 0n })],
      ["LayerZero's word for none, receiving", "receiveConfirmations", () => ({ receiveConfirmations: MAX_UINT64 })],
      ["the default executor", "executor", () => ({ executor: zeroAddress })],
      ["messages too small for terms", "maxMessageSize", () => ({ maxMessageSize: 8_033 })],
      ["the default send library", "sendLibrary", () => ({ sendLibrary: zeroAddress })],
      ["the default receive library", "receiveLibrary", () => ({ receiveLibrary: zeroAddress })],
      ["a path to elsewhere", "eid", () => ({ eid: 7 })],
    ];
    for (const [what, name, change] of faults) {
      it(`valid call, one thing broken: it promises ${what}`, async () => {
        const path = { ...good(), ...change() };
        const messenger = await messengerFor(chain, layerZero, { paths: [path] }, [home]);
        await expectRevert(messenger.write.wire([{ paths: [path] }]), "LayerZeroMessenger_InvalidWiring", [
          path.eid,
          label(name),
        ]);
        expect(await messenger.read.isWired()).to.equal(false);
      });
    }

    it("valid call, one thing broken: it promises a path too few or too many", async () => {
      for (const paths of [[], [good(), good()]]) {
        const messenger = await messengerFor(chain, layerZero, { paths }, [home]);
        await expectRevert(messenger.write.wire([{ paths }]), "LayerZeroMessenger_InvalidWiring", [
          OTHER_CHAIN.eid,
          label("paths"),
        ]);
        await restore();
      }
    });

    it("the smallest message size that holds the largest terms", async () => {
      const wiring = { paths: [{ ...good(), maxMessageSize: 8_034 }] };
      const messenger = await messengerFor(chain, layerZero, wiring, [home]);
      await messenger.write.wire([wiring]);
      await messenger.write.seal([wiring]);
      expect(await messenger.read.isSealed()).to.equal(true);
    });

    it("valid call, one thing broken: it promises another id than the endpoint's", async () => {
      const wiring = { paths: [good()] };
      const messenger = await messengerFor(chain, layerZero, wiring, [home], 8);
      await messenger.write.wire([wiring]);
      await expectRevert(messenger.write.seal([wiring]), "LayerZeroMessenger_Differs", [8, label("eid")]);
    });

    it("only the path to the coordinator's chain, whatever other chains there are", async () => {
      const both = { paths: [good(), { ...good(), eid: 7 }] };
      const greedy = await messengerFor(chain, layerZero, both, [home, third]);
      await expectRevert(greedy.write.wire([both]), "LayerZeroMessenger_InvalidWiring", [
        OTHER_CHAIN.eid,
        label("paths"),
      ]);
      await restore();
      const wiring = { paths: [good()] };
      const messenger = await messengerFor(chain, layerZero, wiring, [home, third]);
      await messenger.write.wire([wiring]);
      await messenger.write.seal([wiring]);
      const peer = `0x${messenger.address.slice(2).padStart(64, "0")}` as const;
      const allows = (srcEid: number) => messenger.read.allowInitializePath([{ srcEid, sender: peer, nonce: 1n }]);
      expect(await allows(COORDINATOR_CHAIN.eid)).to.equal(true);
      expect(await allows(7)).to.equal(false);
      await expectRevert(messenger.read.quote([10n, MESSAGE.LOCKED, EMPTY_TERMS, false]), "LayerZeroMessenger_NoPath", [
        10n,
      ]);
    });
  });

  describe("on the coordinator's chain", () => {
    let chain: Chain;
    let layerZero: LayerZero;
    const eids = [101, 102, 103, 104, 105, 106, 107];
    const others = eids.map((eid, i) => rowOf(i + 1, eid));

    before(async () => {
      chain = await openChain(COORDINATOR_CHAIN);
      layerZero = await deployLayerZero(chain, eids);
    });

    it("seven paths, each in its row's place", async () => {
      const wiring = wiringOf(layerZero, eids);
      const messenger = await messengerFor(chain, layerZero, wiring, others);
      await messenger.write.wire([wiring]);
      await messenger.write.seal([wiring]);
      for (const { chainId } of others) {
        const fee = await messenger.read.quote([chainId, MESSAGE.VERDICT, EMPTY_TERMS, false]);
        expect(fee > 0n, `chain ${chainId}`).to.equal(true);
      }
      for (const chainId of [0n, 8n, BigInt(chain.chainId)]) {
        await expectRevert(
          messenger.read.quote([chainId, MESSAGE.VERDICT, EMPTY_TERMS, false]),
          "LayerZeroMessenger_NoPath",
          [chainId],
        );
      }
      const peer = `0x${messenger.address.slice(2).padStart(64, "0")}` as const;
      for (const srcEid of eids) {
        const allowed = await messenger.read.allowInitializePath([{ srcEid, sender: peer, nonce: 1n }]);
        expect(allowed, `endpoint ${srcEid}`).to.equal(true);
      }
      const own = { srcEid: COORDINATOR_CHAIN.eid, sender: peer, nonce: 1n } as const;
      expect(await messenger.read.allowInitializePath([own])).to.equal(false);
      expect(await messenger.read.allowInitializePath([{ ...own, srcEid: 0 }])).to.equal(false);
      expect(await messenger.read.nextNonce([101, peer])).to.equal(0n);
      expect(chain.address(ROLES.deployer)).to.not.equal(messenger.address);
    });

    it("valid call, one thing broken: it promises the paths in another order than the rows", async () => {
      const wiring = wiringOf(layerZero, [...eids].reverse());
      const messenger = await messengerFor(chain, layerZero, wiring, others);
      await expectRevert(messenger.write.wire([wiring]), "LayerZeroMessenger_InvalidWiring", [107, label("eid")]);
    });
  });
});
