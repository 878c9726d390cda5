import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type DeploymentPlan,
  type PlannedChain,
  predictContracts,
  routerInitCode,
} from "@keystoneos/protocol/deployment";
import { parsePlan } from "@keystoneos/protocol/schema";
import { expect } from "chai";
import { type Address, createPublicClient, type Hex, http, type PublicClient, toHex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { rpc } from "../../devnet/src/chains/rpc.ts";
import { temporaryFolder } from "../../devnet/test/support/folder.ts";
import { deliver } from "./support/deliver.ts";
import { type Outcome, type Run, start } from "./support/operator.ts";
import { withSecondVerifier } from "./support/plan.ts";
import { type Fate, type RpcProxy, startProxy } from "./support/proxy.ts";
import { startTestnet, type Testnet } from "./support/testnet.ts";

const HOME = 11155111;
const AWAY = 84532;
const KILLS = 4;

describe("a rehearsal of the deployment to the testnets", function () {
  this.timeout(180_000);
  const { dir, remove } = temporaryFolder();
  const parameters = join(dir, "with-a-second-verifier.json");
  const deployments = join(dir, "deployments");
  const key = generatePrivateKey();
  const deployer = privateKeyToAccount(key).address;
  const outputs: string[] = [];
  let plan: DeploymentPlan;
  let chains: Testnet[];
  let proxies: RpcProxy[];
  let judge: (signed: Hex) => Fate = () => "passes";

  const environment = () => ({
    RPC_URL_11155111: proxies[0]?.url as string,
    RPC_URL_84532: proxies[1]?.url as string,
    DEPLOYER_PRIVATE_KEY: key,
  });
  const operator = (script: string, args: string[], env = environment()): Run =>
    start(process.execPath, [`scripts/${script}.ts`, "--network", "testnets", ...args], env);
  const ended = async (run: Run): Promise<Outcome> => {
    const outcome = await run.ended;
    outputs.push(outcome.output);
    return outcome;
  };
  const deploy = () => operator("deploy", ["--parameters", parameters, "--deployments", deployments]);
  const check = (...args: string[]) => ended(operator("deploy-check", ["--parameters", parameters, ...args]));
  const client = (index: number): PublicClient => createPublicClient({ transport: http(chains[index]?.url) });
  const nonces = () => Promise.all([0, 1].map((index) => client(index).getTransactionCount({ address: deployer })));
  const at = (index: number) => ({
    url: (chains[index] as Testnet).url,
    planned: plan.chains[index] as PlannedChain,
  });

  before(async () => {
    const file = withSecondVerifier();
    writeFileSync(parameters, JSON.stringify(file));
    plan = parsePlan(file);
    chains = await Promise.all([HOME, AWAY].map((chainId) => startTestnet(plan, chainId, dir)));
    proxies = await Promise.all(chains.map(({ url }) => startProxy(url, (signed) => judge(signed))));
    for (const { url } of chains) await rpc(url, "anvil_setBalance", [deployer, toHex(10n ** 20n)]);
  });
  after(async () => {
    await Promise.all((proxies ?? []).map((proxy) => proxy.stop()));
    await Promise.all((chains ?? []).map((chain) => chain.stop()));
    remove();
  });

  it("is refused without a second verifier, before any node is asked", async () => {
    for (const script of ["deploy", "deploy-check"]) {
      const { code, output } = await ended(operator(script, []));
      expect(code, output).to.equal(script === "deploy" ? 1 : 2);
      expect(output).to.include(
        "testnets.json: chains.0.layerZero.verifiers.1: the second verifier of Sepolia is missing",
      );
    }
    expect(proxies.map(({ requests }) => requests)).to.deep.equal([0, 0]);
  });

  it("goes on wherever it is killed, whether its last transaction has arrived or not", async () => {
    const places: string[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      // The first is the one that must not be repeated: the root's creation.
      let left = kill === 0 ? 0 : Math.floor(Math.random() * 3);
      const fate: Fate = kill % 2 === 0 ? "arrives, and nobody hears of it" : "is lost on the way";
      places.push(`${left} more, then one that ${fate}`);
      const run = deploy();
      judge = () => {
        if (left-- > 0) return "passes";
        run.child.kill("SIGKILL");
        return fate;
      };
      const { code, output } = await ended(run);
      expect(code, `${places.join("; ")}\n${output}`).to.equal(null);
    }
    judge = () => "passes";
    await untilTheRouter("is lost on the way");
    await untilTheRouter("arrives, and nobody hears of it");
    const { code, output } = await ended(deploy());
    expect(code, `${places.join("; ")}\n${output}`).to.equal(0);
  });

  /** Runs until the last step of all, which is killed. */
  async function untilTheRouter(fate: Fate): Promise<void> {
    const creation = routerInitCode(predictContracts(plan).root).slice(2);
    const run = deploy();
    judge = (signed) => {
      if (!signed.includes(creation)) return "passes";
      run.child.kill("SIGKILL");
      return fate;
    };
    const { code, output } = await ended(run);
    expect(code, output).to.equal(null);
    judge = () => "passes";
  }

  it("differs from the promise in the unproven path alone until its verdict has travelled", async () => {
    const { code, output } = await check("--json");
    expect(code, output).to.equal(1);
    const { ok, findings } = JSON.parse(output);
    expect(ok).to.equal(false);
    const differing = findings.filter((finding: { ok: boolean }) => !finding.ok);
    expect(differing).to.deep.equal([
      {
        chainId: AWAY,
        chain: "Base Sepolia (84532)",
        what: "escrow: path proven by a verdict",
        ok: false,
        promised: "true",
        found: "false",
      },
    ]);
  });

  it("is as promised once it has", async () => {
    expect(await deliver(at(0), at(1))).to.equal(1);
    const { code, output } = await check();
    expect(code, output).to.equal(0);
    expect(output).to.include("all as promised").and.not.to.include("DIFFERS");
  });

  it("is left alone by another run: nothing is sent, and the record stays", async () => {
    const before = await nonces();
    const record = readFileSync(join(deployments, "testnets.json"), "utf8");
    const args = ["run", "deploy", "--", "--network", "testnets", "--parameters", parameters];
    const { code, output } = await ended(start("npm", [...args, "--deployments", deployments], environment()));
    expect(code, output).to.equal(0);
    expect(await nonces()).to.deep.equal(before);
    expect(readFileSync(join(deployments, "testnets.json"), "utf8")).to.equal(record);
    const { contracts, chains: recorded } = JSON.parse(record);
    expect(contracts).to.deep.equal(predictContracts(plan));
    const routers = await Promise.all([0, 1].map((index) => client(index).getCode({ address: contracts.router })));
    expect(routers.map((code) => code !== undefined)).to.deep.equal([true, false]);
    for (const [index, { startBlock }] of recorded.entries()) {
      const root = { address: contracts.root as Address };
      expect(await client(index).getCode({ ...root, blockNumber: BigInt(startBlock) })).to.be.a("string");
      expect(await client(index).getCode({ ...root, blockNumber: BigInt(startBlock - 1) })).to.equal(undefined);
    }
  });

  it("is left alone by somebody who has nothing but the parameters", async () => {
    const before = await nonces();
    const elsewhere = ["--parameters", parameters, "--deployments", join(dir, "somewhere-else")];
    const { code, output } = await ended(operator("deploy", elsewhere));
    expect(code, output).to.equal(0);
    expect(await Promise.all([0, 1].map((i) => client(i).getTransactionCount({ address: deployer })))).to.deep.equal(
      before,
    );
  });

  it("never shows the key", () => {
    for (const output of outputs) expect(output.toLowerCase()).to.not.include(key.slice(2, 34));
  });

  it("cannot be read where no node answers, or another chain's", async () => {
    const args = ["--parameters", parameters];
    const nobody = await ended(
      operator("deploy-check", args, { ...environment(), RPC_URL_84532: "http://127.0.0.1:9" }),
    );
    expect(nobody.code, nobody.output).to.equal(2);
    expect(nobody.output).to.include("Base Sepolia (84532), RPC_URL_84532: ");
    const swapped = { ...environment(), RPC_URL_84532: environment().RPC_URL_11155111 };
    const other = await ended(operator("deploy-check", args, swapped));
    expect(other.code, other.output).to.equal(2);
    expect(other.output).to.include("RPC_URL_84532: the node serves chain 11155111");
    const { RPC_URL_84532: _, ...unnamed } = environment();
    const missing = await ended(operator("deploy-check", args, unnamed as ReturnType<typeof environment>));
    expect(missing.code, missing.output).to.equal(2);
    expect(missing.output).to.include("RPC_URL_84532 is missing");
  });
});
