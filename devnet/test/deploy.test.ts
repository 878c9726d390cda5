import { join } from "node:path";
import { parseDeployment, rulesetId, STANDARD_RULESET } from "@keystoneos/protocol";
import { coordinatorAbi, messengerAbi, rootAbi } from "@keystoneos/protocol/abi";
import { predictContracts, wiringOf } from "@keystoneos/protocol/deployment";
import { expect } from "chai";
import { type Address, createPublicClient, erc20Abi, type Hex, http, type PublicClient } from "viem";
import { clientOf, type Provider } from "../../ignition/chain.ts";
import { deployChain } from "../../ignition/deploy-chain.ts";
import { DeployError } from "../../ignition/errors.ts";
import { parametersFile, readPlan } from "../../ignition/plan.ts";
import { rpc } from "../src/chains/rpc.ts";
import { type Chain, startChain } from "../src/chains.ts";
import { deployLocally, type LocalDeployment } from "../src/deploy/world.ts";
import { localAccount } from "../src/keys.ts";
import { localLayerZero } from "../src/layerzero/contracts.ts";
import { CHAIN_IDS } from "../src/world/options.ts";
import { temporaryFolder } from "./support/folder.ts";
import { runScript } from "./support/script.ts";
import { until } from "./support/until.ts";

const HOME = 11155111;
const AWAY = 84532;

describe("the deployment on local chains", function () {
  this.timeout(120_000);
  const { dir, remove } = temporaryFolder();
  const journals = join(dir, "ignition");
  const plan = readPlan(parametersFile("local"));
  const deployer = localAccount("deployer").address;
  let chains: Chain[];
  let local: LocalDeployment;

  const url = (chainId: number) => (chains.find((chain) => chain.chainId === chainId) as Chain).url;
  const client = (chainId: number): PublicClient => createPublicClient({ transport: http(url(chainId)) });
  const sent = (chainId: number) => client(chainId).getTransactionCount({ address: deployer });
  const hasCode = async (chainId: number, address: Address) =>
    (await client(chainId).getCode({ address })) !== undefined;
  const deploy = () => deployLocally(chains, journals);

  before(async () => {
    chains = await Promise.all(CHAIN_IDS.map((chainId) => startChain({ chainId, dir: join(dir, String(chainId)) })));
  });
  after(async () => {
    await Promise.all(chains.map((chain) => chain.stop()));
    remove();
  });

  it("goes on where it was killed, as often as it is killed", async () => {
    const script = `
      import { deployLocally } from "SOURCES/deploy/world.ts";
      await deployLocally(${JSON.stringify(chains.map(({ chainId, url }) => ({ chainId, url })))}, ${JSON.stringify(journals)});
      console.log("done");
    `;
    // In LayerZero's deployment, in the protocol's, and in the wiring.
    for (const stage of [4, 16, 19]) {
      const run = runScript(script);
      await until(`transaction ${stage}`, async () => (await sent(HOME)) >= stage || run.child.exitCode !== null);
      run.child.kill("SIGKILL");
      await run.ended;
      expect(run.lines, "was finished before it could be killed").to.not.include("done");
    }
    local = await deploy();
  });

  it("has its contracts where they were predicted, the same on both chains", async () => {
    const { contracts } = local.deployment;
    expect(contracts).to.deep.equal(predictContracts(plan));
    for (const chainId of [HOME, AWAY]) {
      const names = ["coordinator", "escrow", "registry", "messenger"] as const;
      for (const [child, name] of names.entries()) {
        const found = await client(chainId).readContract({
          address: contracts.root,
          abi: rootAbi,
          functionName: "addressOf",
          args: [child],
        });
        expect(found, name).to.equal(contracts[name]);
        const lives = chainId === HOME || name === "escrow" || name === "messenger";
        expect(await hasCode(chainId, contracts[name]), `${name} on ${chainId}`).to.equal(lives);
      }
    }
  });

  it("is wired and sealed on both chains, with the standard ruleset registered", async () => {
    const { contracts } = local.deployment;
    for (const chainId of [HOME, AWAY]) {
      const messenger = { address: contracts.messenger, abi: messengerAbi } as const;
      expect(await client(chainId).readContract({ ...messenger, functionName: "isSealed" })).to.equal(true);
    }
    const registered = await client(HOME).readContract({
      address: contracts.coordinator,
      abi: coordinatorAbi,
      functionName: "isRegistered",
      args: [rulesetId(STANDARD_RULESET)],
    });
    expect(registered).to.equal(true);
  });

  it("is described by a file that every process can read", async () => {
    const { deployment } = local;
    expect(parseDeployment(JSON.parse(JSON.stringify(deployment)))).to.deep.equal(deployment);
    for (const { chainId, startBlock } of deployment.chains) {
      const { contracts } = deployment;
      expect(await client(chainId).getCode({ address: contracts.root, blockNumber: BigInt(startBlock) })).to.be.a(
        "string",
      );
      const before = await client(chainId).getCode({ address: contracts.root, blockNumber: BigInt(startBlock - 1) });
      expect(before).to.equal(undefined);
    }
  });

  it("has its test tokens under their aliases on both chains", async () => {
    const expected = { KBOND: ["KBOND", 18], "BOND-2026-A": ["KBOND", 18], TUSDC: ["TUSDC", 6] } as const;
    for (const chainId of [HOME, AWAY]) {
      for (const [alias, [symbol, decimals]] of Object.entries(expected)) {
        const entry = local.deployment.instruments.find((one) => one.alias === alias && one.chain_id === chainId);
        const token = { address: entry?.token_address as Address, abi: erc20Abi } as const;
        expect(await client(chainId).readContract({ ...token, functionName: "symbol" })).to.equal(symbol);
        expect(await client(chainId).readContract({ ...token, functionName: "decimals" })).to.equal(decimals);
        expect(entry?.decimals).to.equal(decimals);
      }
    }
  });

  it("is left alone by a second run", async () => {
    const before = await Promise.all([HOME, AWAY].map(sent));
    expect((await deploy()).deployment).to.deep.equal(local.deployment);
    expect(await Promise.all([HOME, AWAY].map(sent))).to.deep.equal(before);
  });

  it("is not mixed with another one: other parameters are refused, and nothing is sent", async () => {
    const before = await sent(HOME);
    const { hash } = await rpc<{ hash: Hex }>(url(HOME), "eth_getBlockByNumber", ["0x0", false]);
    const changed = structuredClone(plan);
    (changed.chains[1] as (typeof changed.chains)[number]).layerZero.confirmations += 1;
    const provider: Provider = { request: ({ method, params }) => rpc(url(HOME), method, params as unknown[]) };
    const pace = { confirmations: 1, pollingMs: 50 };
    const target = {
      plan: changed,
      chainId: HOME,
      provider,
      client: clientOf(provider, pace),
      deployer,
      pace,
      dir: join(journals, `local-${HOME}-${hash.slice(2, 10)}`),
    };
    const error = await deployChain(target).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(DeployError).and.to.include({ name: "DeploymentDiffers" });
    expect((error as Error).message)
      .to.include(target.dir)
      .and.to.include("KeystoneRoot");
    expect(await sent(HOME)).to.equal(before);
  });
});

describe("the parameters of the local world", () => {
  it("name the LayerZero that the local world deploys", () => {
    const plan = readPlan(parametersFile("local"));
    for (const { chainId, layerZero } of plan.chains) {
      const expected = localLayerZero();
      expect(layerZero).to.include({ endpoint: expected.endpoint });
      for (const path of wiringOf(plan, chainId).paths) {
        const { sendLibrary, receiveLibrary, executor, sendVerifiers, receiveVerifiers } = expected;
        expect(path).to.deep.include({ sendLibrary, receiveLibrary, executor, sendVerifiers, receiveVerifiers });
      }
    }
  });
});
