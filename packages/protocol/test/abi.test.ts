import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect } from "chai";
import type { Abi, AbiParameter, AbiParameterToPrimitiveType, ContractFunctionReturnType } from "viem";
import {
  coordinatorAbi,
  endpointAbi,
  erc20Abi,
  escrowAbi,
  messengerAbi,
  registryAbi,
  rootAbi,
} from "../src/abi/index.ts";
import {
  type AbiRuleset,
  Clearance,
  ComplianceStatus,
  type CoordinatorRecord,
  type EscrowRecord,
  Gate,
  LegStatus,
  MessageKind,
  type NextTransition,
  rulesetAbiParameter,
  StateKind,
  type Terms,
  TokenStandard,
  termsAbiParameter,
  Verdict,
} from "../src/index.ts";

const require = createRequire(import.meta.url);
const source = (path: string) => readFileSync(new URL(`../../../contracts/${path}`, import.meta.url), "utf8");

/** The TypeScript shapes are those that viem reads from the ABIs; this compiles only while they are. */
type Same<left, right> = [left, right] extends [right, left] ? true : never;
export const shapes: [
  Same<Terms, AbiParameterToPrimitiveType<typeof termsAbiParameter>>,
  Same<AbiRuleset, AbiParameterToPrimitiveType<typeof rulesetAbiParameter>>,
  Same<CoordinatorRecord, ContractFunctionReturnType<typeof coordinatorAbi, "view", "stateOf">>,
  Same<readonly NextTransition[], ContractFunctionReturnType<typeof coordinatorAbi, "view", "nextTransitions">>,
  Same<EscrowRecord, ContractFunctionReturnType<typeof escrowAbi, "view", "stateOf">>,
] = [true, true, true, true, true];

describe("the ABIs", () => {
  it("take terms and rulesets as the codecs write them", () => {
    const input = (name: string) => functionOf(coordinatorAbi, name)?.inputs[0];
    expect(input("createSettlement")).to.deep.equal(termsAbiParameter);
    expect(input("registerRuleset")).to.deep.equal(rulesetAbiParameter);
    expect(functionOf(escrowAbi, "depositLeg")?.inputs[0]).to.deep.equal(termsAbiParameter);
  });

  it("carry the events that the protocol promises", () => {
    const events = [coordinatorAbi, escrowAbi, registryAbi, messengerAbi, rootAbi].flatMap((abi) =>
      (abi as Abi).flatMap((item) => (item.type === "event" ? [item.name] : [])),
    );
    expect(new Set(events).size, "no name is used twice").to.equal(events.length);
    expect(events).to.include.members([
      "SettlementCreated",
      "StateTransition",
      "VerdictTaken",
      "VerdictDispatched",
      "LockReported",
      "ReleaseReported",
      "LegDeposited",
      "RecipientRevealed",
      "LegsLocked",
      "VerdictReceived",
      "LegReleased",
      "FeePaid",
      "FeeOwed",
      "LegClaimable",
      "LegRefunded",
      "LegWaived",
      "LegReturned",
      "LegRedirected",
      "Attested",
      "Revoked",
      "Overridden",
      "RulesetRegistered",
      "MessageSent",
      "MessageReceived",
      "MessageIgnored",
      "Wired",
      "Sealed",
      "NonceMarked",
      "NonceSkipped",
    ]);
  });

  it("name malformed terms, so that a client can decode them from any contract that checks", () => {
    for (const abi of [coordinatorAbi, escrowAbi]) {
      const errors = (abi as Abi).flatMap((item) => (item.type === "error" ? [item.name] : []));
      expect(errors).to.include.members(["Terms_NoLegs", "Terms_TooLarge", "Terms_FeesExceedAmount"]);
    }
  });

  it("have LayerZero's entries as its package publishes them", () => {
    const { abi } = require("@layerzerolabs/lz-evm-protocol-v2/artifacts/contracts/EndpointV2.sol/EndpointV2.json");
    for (const item of endpointAbi) {
      const published = (abi as Abi).find((other) => "name" in other && other.name === item.name);
      expect(plain(published), item.name).to.deep.equal(plain(item));
    }
  });

  it("bring viem's ERC-20", () => {
    expect(functionOf(erc20Abi, "approve")?.inputs).to.have.length(2);
  });
});

describe("the numbers of Solidity's enums", () => {
  const enums: [name: string, file: string, values: Record<string, number>][] = [
    ["TokenStandard", "types/Terms.sol", TokenStandard],
    ["Verdict", "types/Terms.sol", Verdict],
    ["StateKind", "types/Ruleset.sol", StateKind],
    ["Gate", "types/Ruleset.sol", Gate],
    ["ComplianceStatus", "types/Compliance.sol", ComplianceStatus],
    ["Clearance", "types/Compliance.sol", Clearance],
    ["MessageKind", "types/Deployment.sol", MessageKind],
    ["LegStatus", "interfaces/IEscrowBase.sol", LegStatus],
  ];
  for (const [name, file, values] of enums) {
    it(`are those of ${name}`, () => {
      const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(source(file))?.[1] ?? "";
      const names = body.split(",").map((entry) => entry.trim());
      expect(Object.entries(values)).to.deep.equal(names.map((entry, index) => [entry, index]));
    });
  }
});

function functionOf(abi: Abi, name: string) {
  return abi.flatMap((item) => (item.type === "function" && item.name === name ? [item] : []))[0];
}

/** Without what an artifact says beyond the ABI. */
function plain(item: unknown): unknown {
  return JSON.parse(
    JSON.stringify(item, (_, entry) => {
      if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return entry;
      const { internalType: _internal, indexed, ...rest } = entry as AbiParameter & { indexed?: boolean };
      return indexed ? { ...rest, indexed } : rest;
    }),
  );
}
