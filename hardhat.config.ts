import { createRequire } from "node:module";
import hardhatIgnitionViem from "@nomicfoundation/hardhat-ignition-viem";
import hardhatKeystore from "@nomicfoundation/hardhat-keystore";
import hardhatMocha from "@nomicfoundation/hardhat-mocha";
import hardhatNetworkHelpers from "@nomicfoundation/hardhat-network-helpers";
import hardhatVerify from "@nomicfoundation/hardhat-verify";
import hardhatViem from "@nomicfoundation/hardhat-viem";
import hardhatViemAssertions from "@nomicfoundation/hardhat-viem-assertions";
import { configVariable, defineConfig } from "hardhat/config";

// The compiler comes from npm like every other part, so that a build needs no download of its own.
const solc = createRequire(import.meta.url).resolve("solc/soljson.js");

const settings = {
  viaIR: true,
  evmVersion: "cancun",
  optimizer: { enabled: true, runs: 800 },
  metadata: { bytecodeHash: "none" },
  outputSelection: { "*": { "*": ["storageLayout"] } },
};
// Hardly more than what keeps the compiler from running out of stack.
const barely = {
  enabled: true,
  runs: 1,
  details: { yul: true, yulDetails: { stackAllocation: true, optimizerSteps: "u" } },
};

export default defineConfig({
  plugins: [
    hardhatViem,
    hardhatViemAssertions,
    hardhatIgnitionViem,
    hardhatNetworkHelpers,
    hardhatVerify,
    hardhatKeystore,
    hardhatMocha,
  ],
  solidity: {
    compilers: [{ version: "0.8.30", path: solc, settings }],
    // The invariants' world is large and never on a chain: optimizing it would take longer than all contracts together. What it tests is
    // compiled as ever, and comes from its artifacts.
    overrides: {
      "test/invariants/Handler.sol": { version: "0.8.30", path: solc, settings: { ...settings, optimizer: barely } },
    },
  },
  // Read when somebody deploys, from the environment or from Hardhat's keystore.
  networks: {
    sepolia: {
      type: "http",
      chainType: "l1",
      chainId: 11155111,
      url: configVariable("RPC_URL_11155111"),
      accounts: [configVariable("DEPLOYER_PRIVATE_KEY")],
    },
    baseSepolia: {
      type: "http",
      chainType: "op",
      chainId: 84532,
      url: configVariable("RPC_URL_84532"),
      accounts: [configVariable("DEPLOYER_PRIVATE_KEY")],
    },
  },
  paths: {
    sources: ["contracts", "devnet/contracts", "test/doubles"],
    tests: { mocha: "test/contracts", solidity: "test/invariants" },
  },
  test: {
    solidity: {
      // LayerZero's compiled contracts, which the invariants' world deploys.
      fsPermissions: { readDirectory: ["node_modules/@layerzerolabs", "node_modules/.pnpm"] },
      // A short campaign for every invariant; `npm run test:deep` is the long one. Every argument is folded into a small range, so that
      // values seen before are worth no more than any others.
      invariant: {
        runs: 4,
        depth: 40,
        failOnRevert: true,
        dictionaryWeight: 0,
        includeStorage: false,
        includePushBytes: false,
      },
    },
  },
});
