import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createTestClient, createWalletClient, type Hex, http, publicActions } from "viem";
import { type Anvil, launchAnvil } from "../../../devnet/src/chains/anvil.ts";
import { localAccount } from "../../../devnet/src/keys.ts";
import { freePort } from "../../../devnet/src/ports.ts";
import { readArtifact } from "../../../ignition/artifacts.ts";
import { createChainReaders } from "../../src/chain/readers.ts";
import type { Call, Json } from "../support/client.ts";
import { AWAY, HOME } from "../support/deployment.ts";
import { instrument, registrar } from "../support/instruments.ts";
import { createTenant } from "../support/tenants.ts";
import { useWorld } from "../support/world.ts";

describe("instruments compared with the chain", function () {
  this.timeout(60_000);
  const world = useWorld();
  let folder: string;
  let chain: Anvil;
  let call: Call;
  let token: string;
  let bond: Hex;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "keystone-chain-"));
    chain = await launchAnvil(HOME, await freePort(), [], join(folder, "anvil.log"));
    const urls = new Map([
      [HOME, chain.url],
      [AWAY, `http://127.0.0.1:${await freePort()}`],
    ]);
    ({ call } = await world().serve({ chains: createChainReaders(world().deps.deployment, urls) }));
    token = await registrar(world(), await createTenant(world()));
    const { abi, bytecode } = readArtifact("devnet/contracts/TestToken.sol", "TestToken");
    const wallet = createWalletClient({ account: localAccount("deployer"), transport: http(chain.url) });
    const hash = await wallet.deployContract({ abi, bytecode, args: ["Bond", "BOND", 8], chain: null });
    const { contractAddress } = await node().waitForTransactionReceipt({ hash });
    if (!contractAddress) throw new Error("no contract");
    bond = contractAddress;
  });
  after(async () => {
    await chain.kill();
    await rm(folder, { recursive: true, force: true });
  });

  const node = () => createTestClient({ mode: "anvil", transport: http(chain.url) }).extend(publicActions);
  const create = (changes: Json) => call("POST", "/v1/instruments", { token, json: instrument(changes) });
  const refused = async (changes: Json, field: string, words: string) => {
    const { status, body } = await create(changes);
    expect([status, body.code]).to.deep.equal([422, "instrument_unverifiable"]);
    expect(body.context.loc).to.deep.equal(["body", field]);
    expect(body.detail).to.include(words);
  };

  it("are verified when it says the same", async () => {
    const { status, body } = await create({ token_address: bond, decimals: 8 });
    expect([status, body.verified]).to.deep.equal([201, true]);
  });

  it("are refused when it says other decimals or another standard, and nothing is kept", async () => {
    const alias = "CONTRADICTED";
    await refused({ alias, token_address: bond, decimals: 6 }, "decimals", "the decimals 8");
    await refused({ alias, token_address: bond, decimals: 8, token_standard: "ERC-3643" }, "token_standard", "ERC-20");
    await refused({ alias, token_address: bond, decimals: 0, token_standard: "ERC-721" }, "token_standard", "ERC-20");
    const { body } = await call("GET", `/v1/instruments?alias=${alias}`, { token });
    expect(body.items).to.deep.equal([]);
    expect((await create({ alias, token_address: bond, decimals: 8 })).status).to.equal(201);
  });

  it("are refused when there is no contract, or none that is a token", async () => {
    await refused({ token_address: `0x${"12".repeat(20)}` }, "token_address", "no contract");
    const reverting: Hex = `0x${"13".repeat(20)}`;
    await node().setCode({ address: reverting, bytecode: "0x5f5ffd" });
    await refused({ token_address: reverting }, "token_address", "does not answer decimals()");
  });

  it("are taken unverified when no node answers", async () => {
    const { status, body } = await create({ chain_id: AWAY, token_address: bond, decimals: 3 });
    expect([status, body.verified]).to.deep.equal([201, false]);
  });
});
