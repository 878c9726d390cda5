import { erc20Abi } from "@keystoneos/protocol/abi";
import { expect } from "chai";
import { type Address, encodeFunctionData, type Hex, parseAbi, parseEther, toFunctionSelector, toHex } from "viem";
import { canFillToken, type Filled, fillGas, fillToken } from "../src/chain/fill.ts";
import { SandboxError } from "../src/errors.ts";
import { artifact, startGround, type TestGround } from "./support/ground.ts";

const FLOOR = parseEther("0.5");
/** Of `mint(address,uint256)`, and its neighbour, which stands for no function that anybody knows. */
const MINT = toFunctionSelector("mint(address,uint256)").slice(2);
const HIDDEN = (Number.parseInt(MINT, 16) + 1).toString(16);
const script = parseAbi(["function script(bytes4 selector, uint8 mode, bytes data)"]);
const SCRIPTED = { answers: 1, answersNothing: 5 };

let nobody = 0;
/** An address that nobody has used. */
const fresh = (): Address => `0x${(++nobody).toString(16).padStart(40, "f")}`;

describe("the faucet", function () {
  this.timeout(60_000);
  let world: TestGround;
  let token: Address;
  let unmintable: Address;

  before(async () => {
    world = await startGround();
    const testToken = await artifact("devnet/contracts/TestToken.sol/TestToken");
    token = await world.deploy(testToken, ["Test", "TST", 6]);
    expect(testToken.bytecode.split(MINT)).to.have.length.greaterThan(1);
    unmintable = await world.deploy({ ...testToken, bytecode: testToken.bytecode.replaceAll(MINT, HIDDEN) as Hex }, [
      "Stock",
      "STK",
      6,
    ]);
  });
  after(() => world.stop());

  const balance = (of: Address, holder: Address) =>
    world.client.readContract({ address: of, abi: erc20Abi, functionName: "balanceOf", args: [holder] });
  /** Gives the faucet a stock of the token that it cannot mint. */
  const stock = async (amount: bigint) => {
    const held = await balance(unmintable, world.ground.faucet.address);
    const [to, missing] = [world.ground.faucet.address, amount - held];
    const data = encodeFunctionData({ abi: parseAbi(["function mint(address, uint256)"]), args: [to, missing] });
    await world.send(unmintable, data.replace(MINT, HIDDEN) as Hex);
  };
  const refusal = (work: Promise<Filled>) =>
    work.then(
      () => "",
      (error: unknown) => (error instanceof SandboxError ? `${error.status} ${error.code}` : String(error)),
    );

  it("fills gas up to the floor, once, and takes nothing from who has more", async () => {
    const holder = fresh();
    const given = await Promise.all(Array.from({ length: 5 }, () => fillGas(world.ground.faucet, holder, FLOOR)));
    expect(given.map((each) => each.given)).to.deep.equal([FLOOR, 0n, 0n, 0n, 0n]);
    expect(given.filter(({ txHash }) => txHash !== null)).to.have.length(1);
    expect(await world.client.getBalance({ address: holder })).to.equal(FLOOR);
    await world.client.setBalance({ address: holder, value: FLOOR + 1n });
    expect(await fillGas(world.ground.faucet, holder, FLOOR)).to.include({
      given: 0n,
      balance: FLOOR + 1n,
      txHash: null,
    });
  });

  it("mints what is missing of a token, once", async () => {
    const holder = fresh();
    const fill = (target: bigint) => fillToken(world.ground.faucet, token, holder, target);
    const given = await Promise.all(Array.from({ length: 5 }, () => fill(100n)));
    expect(given.map((each) => each.given)).to.deep.equal([100n, 0n, 0n, 0n, 0n]);
    expect(await fill(150n)).to.include({ given: 50n, balance: 150n });
    expect(await fill(1n)).to.include({ given: 0n, balance: 150n, txHash: null });
    expect(await balance(token, holder)).to.equal(150n);
    expect(await balance(token, world.ground.faucet.address)).to.equal(0n);
  });

  it("gives from its stock where there is no mint for everybody, and says so when it is empty", async () => {
    const holder = fresh();
    const fill = (target: bigint) => fillToken(world.ground.faucet, unmintable, holder, target);
    expect(await refusal(fill(1n))).to.equal("409 faucet_empty");
    await stock(100n);
    expect(await fill(60n)).to.include({ given: 60n, balance: 60n });
    expect(await refusal(fill(101n))).to.equal("409 faucet_empty");
    expect(await fill(100n)).to.include({ given: 40n, balance: 100n });
    expect(await balance(unmintable, world.ground.faucet.address)).to.equal(0n);
  });

  it("knows what it could give without giving it", async () => {
    const holder = fresh();
    const can = (of: Address, amount: bigint) => canFillToken(world.ground.faucet, of, holder, amount);
    await stock(7n);
    expect(await can(token, 10n ** 30n)).to.equal(true);
    expect([await can(unmintable, 7n), await can(unmintable, 8n)]).to.deep.equal([true, false]);
    expect(await balance(token, holder)).to.equal(0n);
  });

  it("believes the balance, and not a token that takes any call", async () => {
    const liar = await world.deploy(await artifact("test/doubles/ScriptedToken.sol/ScriptedToken"));
    const say = (name: string, mode: number, data: Hex = "0x") =>
      world.send(liar, encodeFunctionData({ abi: script, args: [toFunctionSelector(name), mode, data] }));
    await say("mint(address,uint256)", SCRIPTED.answersNothing);
    await say("transfer(address,uint256)", SCRIPTED.answersNothing);
    await say("balanceOf(address)", SCRIPTED.answers, toHex(5n, { size: 32 }));
    const fill = (target: bigint) => refusal(fillToken(world.ground.faucet, liar, fresh(), target));
    expect(await fill(10n)).to.equal("422 token_not_given");
    expect(await fill(11n), "more than it says there is").to.equal("409 faucet_empty");
  });

  it("refuses an address that takes no ether, and an empty purse, before anything is sent", async () => {
    const nonce = () => world.client.getTransactionCount({ address: world.ground.faucet.address });
    const before = await nonce();
    expect(await refusal(fillGas(world.ground.faucet, token, FLOOR))).to.equal("422 gas_not_taken");
    const purse = await world.client.getBalance({ address: world.ground.faucet.address });
    await world.client.setBalance({ address: world.ground.faucet.address, value: FLOOR });
    expect(await refusal(fillGas(world.ground.faucet, fresh(), FLOOR))).to.equal("409 faucet_empty");
    await world.client.setBalance({ address: world.ground.faucet.address, value: purse });
    expect(await nonce()).to.equal(before);
  });

  it("goes on after a failure", async () => {
    const nowhere = fillToken(world.ground.faucet, fresh(), fresh(), 1n);
    const [failed, given] = await Promise.all([refusal(nowhere), fillToken(world.ground.faucet, token, fresh(), 1n)]);
    expect(failed).to.not.equal("");
    expect(given).to.include({ given: 1n });
  });
});
