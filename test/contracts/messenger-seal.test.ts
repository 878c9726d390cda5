import { expect } from "chai";
import { type Address, stringToHex, zeroAddress } from "viem";
import { COORDINATOR_CHAIN, OTHER_CHAIN, ROLES } from "./support/chain.ts";
import { Tamperer, type UlnConfig } from "./support/impersonate.ts";
import { expectRevert } from "./support/revert.ts";
import { openWorld, type World } from "./support/world.ts";

const label = (what: string) => stringToHex(what, { size: 32 });

describe("LayerZeroMessenger: seal", function () {
  this.timeout(60_000);
  let world: World;
  let tamper: Tamperer;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld({ stage: "deployed" });
    tamper = new Tamperer(world);
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const wire = () => world.messenger.away.write.wire([world.side.away.wiring]);
  const seal = () => world.messenger.away.write.seal([world.side.away.wiring]);
  const messenger = () => world.addresses.messenger;
  const layerZero = () => world.side.away.layerZero;
  const stranger = () => world.away.address(ROLES.stranger);
  const { eid } = COORDINATOR_CHAIN;

  const uln = (verifiers: readonly Address[], changes: Partial<UlnConfig> = {}): UlnConfig => ({
    confirmations: 2n,
    requiredDVNCount: verifiers.length,
    optionalDVNCount: 255,
    optionalDVNThreshold: 0,
    requiredDVNs: verifiers,
    optionalDVNs: [],
    ...changes,
  });

  it("valid call, one thing broken: before wire", async () => {
    await expectRevert(seal(), "LayerZeroMessenger_NotWired");
  });

  it("happens once; again is nothing, whatever is brought", async () => {
    await wire();
    await seal();
    await world.messenger.away.write.seal([{ paths: [] }]);
    expect(await world.messenger.away.getEvents.Sealed()).to.deep.equal([]);
    expect(await world.messenger.away.read.isSealed()).to.equal(true);
  });

  const differences: [what: string, name: string, change: () => Promise<void>][] = [
    ["a delegate", "delegate", () => tamper.endpoint("setDelegate", [stranger()])],
    [
      "the default send library, though it is the same one today",
      "sendLibrary",
      () => tamper.endpoint("setSendLibrary", [messenger(), eid, zeroAddress]),
    ],
    [
      "the default receive library, though it is the same one today",
      "receiveLibrary",
      () => tamper.endpoint("setReceiveLibrary", [messenger(), eid, zeroAddress, 0n]),
    ],
    [
      "an old receive library that still counts",
      "receiveLibraryTimeout",
      () => tamper.endpoint("setReceiveLibraryTimeout", [messenger(), eid, layerZero().receiveLibrary, 10_000n]),
    ],
    ["one sending verifier less", "sendVerifiers", () => tamper.uln("SendUln302", uln([layerZero().sendVerifiers[0]]))],
    [
      "LayerZero's default for optional verifiers on the sending side",
      "sendVerifiers",
      () => tamper.uln("SendUln302", uln(layerZero().sendVerifiers, { optionalDVNCount: 0 })),
    ],
    [
      "LayerZero's default for optional verifiers on the receiving side",
      "receiveVerifiers",
      () => tamper.uln("ReceiveUln302", uln(layerZero().receiveVerifiers, { optionalDVNCount: 0 })),
    ],
    [
      "another receiving verifier",
      "receiveVerifiers",
      () => {
        const pair = [stranger(), layerZero().receiveVerifiers[0]];
        return tamper.uln("ReceiveUln302", uln(pair.sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))));
      },
    ],
    [
      "fewer confirmations",
      "receiveVerifiers",
      () => tamper.uln("ReceiveUln302", uln(layerZero().receiveVerifiers, { confirmations: 1n })),
    ],
    [
      "an optional verifier on top",
      "sendVerifiers",
      () =>
        tamper.uln(
          "SendUln302",
          uln(layerZero().sendVerifiers, {
            optionalDVNCount: 1,
            optionalDVNThreshold: 1,
            optionalDVNs: [stranger()],
          }),
        ),
    ],
    ["another executor", "executor", () => tamper.executor(10_000, stranger())],
    [
      "LayerZero's default for the executor, though it is the same one today",
      "executor",
      () => tamper.executor(0, zeroAddress),
    ],
  ];
  for (const [what, name, change] of differences) {
    it(`valid call, one thing broken: the endpoint holds ${what}`, async () => {
      await wire();
      await change();
      const where = name === "delegate" ? OTHER_CHAIN.eid : eid;
      await expectRevert(seal(), "LayerZeroMessenger_Differs", [where, label(name)]);
      expect(await world.messenger.away.read.isSealed()).to.equal(false);
    });
  }

  it("valid call, one thing broken: the endpoint charges a token instead of the chain's coin", async () => {
    await wire();
    const code = (await world.away.client.getCode({ address: layerZero().endpoint })) ?? "0x";
    // nativeToken() is answered by a constant zero; an endpoint of LayerZero's other kind answers with its token.
    const altered = await world.away.viem.deployContract("EndpointWithToken");
    await world.away.helpers.setCode(
      layerZero().endpoint,
      (await world.away.client.getCode({ address: altered.address })) ?? "0x",
    );
    await expectRevert(seal(), "LayerZeroMessenger_Differs", [OTHER_CHAIN.eid, label("nativeToken")]);
    await world.away.helpers.setCode(layerZero().endpoint, code);
    await seal();
  });

  it("valid call, one thing broken: no escrow yet, or on the coordinator's chain no coordinator", async () => {
    await wire();
    await world.messenger.home.write.wire([world.side.home.wiring]);
    const cases = [
      [world.away, world.addresses.escrow, "escrow", seal],
      [world.home, world.addresses.escrow, "escrow", () => world.messenger.home.write.seal([world.side.home.wiring])],
      [
        world.home,
        world.addresses.coordinator,
        "coordinator",
        () => world.messenger.home.write.seal([world.side.home.wiring]),
      ],
    ] as const;
    for (const [chain, address, name, sealIt] of cases) {
      const code = (await chain.client.getCode({ address })) ?? "0x";
      await chain.helpers.setCode(address, "0x");
      await expectRevert(sealIt(), "LayerZeroMessenger_Differs", [chain.eid, label(name)]);
      await chain.helpers.setCode(address, code);
    }
    await seal();
    await world.messenger.home.write.seal([world.side.home.wiring]);
  });
});
