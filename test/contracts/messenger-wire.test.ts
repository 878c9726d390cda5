import { expect } from "chai";
import { type Address, zeroAddress } from "viem";
import { layerZeroArtifact } from "./support/artifacts.ts";
import { ROLES } from "./support/chain.ts";
import { wiringHash } from "./support/deployment.ts";
import { type PathWiring, type Wiring, write } from "./support/layerzero.ts";
import { expectRevert } from "./support/revert.ts";
import { openWorld, type World } from "./support/world.ts";

describe("LayerZeroMessenger: wire", function () {
  this.timeout(60_000);
  let world: World;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld({ stage: "deployed" });
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const wire = (wiring: Wiring = world.side.away.wiring) => world.messenger.away.write.wire([wiring]);
  const seal = (wiring: Wiring = world.side.away.wiring) => world.messenger.away.write.seal([wiring]);
  const readLayerZero = (
    contract: Parameters<typeof layerZeroArtifact>[0],
    address: Address,
    functionName: string,
    args: readonly unknown[],
  ) => world.away.client.readContract({ address, abi: layerZeroArtifact(contract).abi, functionName, args });
  const readEndpoint = (functionName: string, args: readonly unknown[]) =>
    readLayerZero("EndpointV2", world.side.away.layerZero.endpoint, functionName, args);

  it("starts with nothing set, and says so", async () => {
    expect(await world.messenger.away.read.isWired()).to.equal(false);
    expect(await world.messenger.away.read.isSealed()).to.equal(false);
    expect(await world.messenger.away.read.endpoint()).to.equal(world.side.away.layerZero.endpoint);
  });

  it("can be done by anyone, and sealed by anyone", async () => {
    const stranger = { account: world.away.address(ROLES.stranger) };
    await world.messenger.away.write.wire([world.side.away.wiring], stranger);
    const [event] = await world.messenger.away.getEvents.Wired();
    expect(event?.args.wiringHash).to.equal(await wiringHash(world.side.away.wiring));
    expect(await world.messenger.away.read.isWired()).to.equal(true);
    expect(await world.messenger.away.read.isSealed()).to.equal(false);
    await world.messenger.away.write.seal([world.side.away.wiring], stranger);
    expect(await world.messenger.away.getEvents.Sealed()).to.have.length(1);
    expect(await world.messenger.away.read.isSealed()).to.equal(true);
  });

  it("sets libraries, verifiers, executor and sizes of its own, and no delegate", async () => {
    await wire();
    const { sendLibrary, receiveLibrary, sendVerifiers, receiveVerifiers, executor } = world.side.away.layerZero;
    const oapp = world.addresses.messenger;
    const { eid } = world.home;
    expect(await readEndpoint("getSendLibrary", [oapp, eid])).to.equal(sendLibrary);
    expect(await readEndpoint("isDefaultSendLibrary", [oapp, eid])).to.equal(false);
    expect(await readEndpoint("getReceiveLibrary", [oapp, eid])).to.deep.equal([receiveLibrary, false]);
    expect(await readEndpoint("receiveLibraryTimeout", [oapp, eid])).to.deep.equal([zeroAddress, 0n]);
    expect(await readEndpoint("delegates", [oapp])).to.equal(zeroAddress);
    const own = (requiredDVNs: readonly Address[]) => ({
      confirmations: 2n,
      requiredDVNCount: 2,
      optionalDVNCount: 255,
      optionalDVNThreshold: 0,
      requiredDVNs,
      optionalDVNs: [],
    });
    expect(await readLayerZero("SendUln302", sendLibrary, "getAppUlnConfig", [oapp, eid])).to.deep.equal(
      own(sendVerifiers),
    );
    expect(await readLayerZero("ReceiveUln302", receiveLibrary, "getAppUlnConfig", [oapp, eid])).to.deep.equal(
      own(receiveVerifiers),
    );
    expect(await readLayerZero("SendUln302", sendLibrary, "executorConfigs", [oapp, eid])).to.deep.equal([
      10_000,
      executor,
    ]);
  });

  it("valid call, one thing broken: it was wired before, sealed or not", async () => {
    await wire();
    await expectRevert(wire(), "LayerZeroMessenger_AlreadyWired");
    await seal();
    await expectRevert(wire(), "LayerZeroMessenger_AlreadyWired");
  });

  it("valid call, one thing broken: another wiring than the promised one, for the seal too", async () => {
    const [path] = world.side.away.wiring.paths as [PathWiring];
    const expected = await wiringHash(world.side.away.wiring);
    const others: Wiring[] = [
      { paths: [] },
      { paths: [path, path] },
      { paths: [{ ...path, maxMessageSize: 10_001 }] },
      { paths: [{ ...path, receiveVerifiers: [...path.receiveVerifiers].reverse() }] },
      world.side.home.wiring,
    ];
    for (const other of others) {
      const actual = await wiringHash(other);
      await expectRevert(wire(other), "LayerZeroMessenger_WrongWiring", [expected, actual]);
    }
    await wire();
    for (const other of others) await expectRevert(seal(other), "LayerZeroMessenger_WrongWiring");
  });

  it("outlives LayerZero's change of every default", async () => {
    await wire();
    await seal();
    const { endpoint, sendLibrary, receiveLibrary } = world.side.away.layerZero;
    const { eid } = world.home;
    const [stranger, relayer] = [world.away.address(ROLES.stranger), world.away.address(ROLES.relayer)];
    const config = {
      confirmations: 9n,
      requiredDVNCount: 1,
      optionalDVNCount: 1,
      optionalDVNThreshold: 1,
      requiredDVNs: [stranger],
      optionalDVNs: [relayer],
    };
    const before = [sendLibrary, receiveLibrary].map((library) =>
      readEndpoint("getConfig", [world.addresses.messenger, library, eid, 2]),
    );
    const expected = await Promise.all(before);
    await write(world.away, "SendUln302", sendLibrary, "setDefaultUlnConfigs", [[{ eid, config }]]);
    await write(world.away, "ReceiveUln302", receiveLibrary, "setDefaultUlnConfigs", [[{ eid, config }]]);
    const executor = { maxMessageSize: 1, executor: stranger };
    await write(world.away, "SendUln302", sendLibrary, "setDefaultExecutorConfigs", [[{ eid, config: executor }]]);
    const blocked = (await readEndpoint("blockedLibrary", [])) as Address;
    await write(world.away, "EndpointV2", endpoint, "setDefaultSendLibrary", [eid, blocked]);
    await write(world.away, "EndpointV2", endpoint, "setDefaultReceiveLibrary", [eid, blocked, 0n]);

    const oapp = world.addresses.messenger;
    for (const [i, library] of [sendLibrary, receiveLibrary].entries()) {
      expect(await readEndpoint("getConfig", [oapp, library, eid, 2])).to.equal(expected[i]);
    }
    expect(await readEndpoint("getSendLibrary", [oapp, eid])).to.equal(sendLibrary);
    expect(await readEndpoint("getReceiveLibrary", [oapp, eid])).to.deep.equal([receiveLibrary, false]);
    expect(await readLayerZero("SendUln302", sendLibrary, "getExecutorConfig", [oapp, eid])).to.deep.equal({
      maxMessageSize: 10_000,
      executor: world.side.away.layerZero.executor,
    });
  });
});
