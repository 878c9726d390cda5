import { type DeploymentPlan, type PlannedChain, plannedChain } from "@keystoneos/protocol/deployment";
import { parsePlan } from "@keystoneos/protocol/schema";
import { expect } from "chai";
import { toFunctionSelector } from "viem";
import { rpc } from "../../devnet/src/chains/rpc.ts";
import { localAccount } from "../../devnet/src/keys.ts";
import { layerZeroArtifacts } from "../../devnet/src/layerzero/contracts.ts";
import { temporaryFolder } from "../../devnet/test/support/folder.ts";
import type { Target } from "../chain.ts";
import { DeployError } from "../errors.ts";
import { layerZeroAbi } from "../layerzero-abi.ts";
import { PERMIT2 } from "../permit2.ts";
import { preflight } from "../preflight.ts";
import { withSecondVerifier } from "./support/plan.ts";
import { localTarget } from "./support/target.ts";
import { startTestnet, type Testnet } from "./support/testnet.ts";

const HOME = 11155111;

describe("before anything is sent", function () {
  this.timeout(60_000);
  const { dir, remove } = temporaryFolder();
  const plan = parsePlan(withSecondVerifier());
  let chain: Testnet;
  const { layerZero } = plannedChain(plan, HOME);
  const [labs] = layerZero.verifiers as [PlannedChain["layerZero"]["verifiers"][0]];

  before(async () => {
    chain = await startTestnet(plan, HOME, dir);
  });
  after(async () => {
    await chain?.stop();
    remove();
  });

  const target = (of: DeploymentPlan = plan): Target => localTarget(of, HOME, chain.url, dir);
  const problem = async (asked: Target): Promise<string> => {
    const error = await preflight([asked]).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error, String(error)).to.be.instanceOf(DeployError).and.to.include({ name: "ChainNotReady" });
    return (error as DeployError).message;
  };
  const setCode = (address: string, code: string) => rpc(chain.url, "anvil_setCode", [address, code]);
  const changed = (change: Partial<PlannedChain["layerZero"]>): DeploymentPlan => {
    const copy = structuredClone(plan);
    Object.assign(plannedChain(copy, HOME).layerZero, change);
    return copy;
  };

  it("a chain that has everything is taken", async () => {
    await preflight([target()]);
  });

  /** Returns nothing to whoever calls, with the reason "no". */
  const REFUSES = "0x60206000526002602052616e6f60405260606000fd";
  const cases: [name: string, change: () => Promise<unknown>, asked: () => Target, expected: string][] = [
    ["a chain without Permit2", () => setCode(PERMIT2, "0x"), target, `no contract at ${PERMIT2} (Permit2)`],
    [
      "a chain without a verifier's contract",
      () => setCode(labs.send, "0x"),
      target,
      `no contract at ${labs.send} (the verifier of LayerZero Labs)`,
    ],
    [
      "a verifier that does not serve the path",
      () => setCode(labs.send, REFUSES),
      target,
      `the verifier of LayerZero Labs at ${labs.send} does not serve Base Sepolia: `,
    ],
    [
      "an executor that does not serve the path",
      () => setCode(layerZero.executor, REFUSES),
      target,
      `the executor at ${layerZero.executor} does not serve Base Sepolia: `,
    ],
    [
      "an endpoint of another id",
      async () => {},
      () => target(changed({ eid: 40_162 })),
      "the endpoint's id is 40161, not 40162",
    ],
    [
      "a library that the endpoint does not know",
      async () => {},
      () => target(changed({ sendLibrary: layerZero.executor, receiveLibrary: layerZero.receiveLibrary })),
      `the endpoint does not know the send library ${layerZero.executor}`,
    ],
    [
      "a path that the libraries do not have",
      async () => {},
      () => {
        const copy = structuredClone(plan);
        (copy.chains[1] as PlannedChain).layerZero.eid = 40_246;
        return target(copy);
      },
      `the library ${layerZero.sendLibrary} has no path to Base Sepolia`,
    ],
    [
      "a deployer without money",
      () => rpc(chain.url, "anvil_setBalance", [localAccount("deployer").address, "0x0"]),
      target,
      `${localAccount("deployer").address} has 0 ether`,
    ],
    [
      "another chain's node",
      async () => {},
      () => ({ ...target(), chainId: 84532 }),
      "the node serves chain 11155111; RPC_URL_84532 names another chain's",
    ],
  ];
  for (const [name, change, asked, expected] of cases) {
    it(`${name} is refused, and nothing was sent`, async () => {
      const snapshot = await rpc(chain.url, "evm_snapshot");
      try {
        await change();
        expect(await problem(asked()))
          .to.include("Nothing was sent")
          .and.to.include(expected);
      } finally {
        await rpc(chain.url, "evm_revert", [snapshot]);
      }
    });
  }
});

describe("the ABI of LayerZero", () => {
  it("is that of its published contracts", () => {
    const { endpoint, sendLibrary, receiveLibrary, worker } = layerZeroArtifacts();
    const shape = ({ name, inputs, outputs, stateMutability }: FunctionItem) =>
      JSON.stringify([name, [inputs, outputs].map((list) => list.map(typeOf)), stateMutability]);
    const published = [endpoint, sendLibrary, receiveLibrary, worker].flatMap(({ abi }) =>
      abi.flatMap((item) =>
        item.type === "function" ? [shape({ ...item, stateMutability: "view" } as FunctionItem)] : [],
      ),
    );
    for (const item of layerZeroAbi)
      expect(published, toFunctionSelector(item)).to.include(shape(item as FunctionItem));
  });
});

interface FunctionItem {
  name: string;
  inputs: readonly Parameter[];
  outputs: readonly Parameter[];
  stateMutability: string;
}

interface Parameter {
  type: string;
  components?: readonly Parameter[];
}

function typeOf({ type, components }: Parameter): unknown {
  return components === undefined ? type : [type, components.map(typeOf)];
}
