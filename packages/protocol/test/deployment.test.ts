import { expect } from "chai";
import { deploymentChain, ProtocolError, parseDeployment } from "../src/index.ts";
import { deployment } from "./support/sample.ts";

const plain = () => structuredClone(deployment);
const [home, other] = deployment.chains as [(typeof deployment.chains)[0], (typeof deployment.chains)[0]];
const [tusdc] = deployment.instruments as [(typeof deployment.instruments)[0]];

describe("parseDeployment", () => {
  it("reads the file's JSON and its text", () => {
    expect(parseDeployment(plain())).to.deep.equal(deployment);
    expect(parseDeployment(JSON.stringify(deployment))).to.deep.equal(deployment);
  });

  it("gives addresses in EIP-55 form", () => {
    const operator = deployment.templates.operator.toLowerCase();
    const parsed = parseDeployment({ ...plain(), templates: { ...deployment.templates, operator } });
    expect(parsed.templates.operator).to.equal(deployment.templates.operator);
  });

  const templates = (change: object) => ({ ...plain(), templates: { ...deployment.templates, ...change } });
  const faults: [name: string, field: string | undefined, json: unknown][] = [
    ["text that is no JSON", undefined, "{"],
    ["null", undefined, null],
    ["an unknown field", undefined, { ...plain(), extra: 1 }],
    ["a missing part", "contracts", { ...plain(), contracts: undefined }],
    [
      "a zero contract",
      "contracts.root",
      { ...plain(), contracts: { ...deployment.contracts, root: `0x${"0".repeat(40)}` } },
    ],
    [
      "a missing contract",
      "contracts.router",
      { ...plain(), contracts: { ...deployment.contracts, router: undefined } },
    ],
    ["a wrong checksum", "templates.operator", templates({ operator: `0x${"0".repeat(38)}aA` })],
    ["no address", "templates.operator", templates({ operator: "operator" })],
    ["a coordinator chain without a row", "coordinatorChainId", { ...plain(), coordinatorChainId: 1 }],
    ["rows out of order", "chains.0.row", { ...plain(), chains: [other, home] }],
    ["a repeated chain", "chains.1.chainId", { ...plain(), chains: [home, { ...other, chainId: home.chainId }] }],
    ["a repeated endpoint id", "chains.1.eid", { ...plain(), chains: [home, { ...other, eid: home.eid }] }],
    [
      "safe after finalized",
      "chains.0.finality",
      { ...plain(), chains: [{ ...home, finality: { safe: 6, finalized: 5 } }, other] },
    ],
    ["an instrument on no chain", "instruments.0.chain_id", { ...plain(), instruments: [{ ...tusdc, chain_id: 1 }] }],
    ["a repeated alias on one chain", "instruments.1.alias", { ...plain(), instruments: [tusdc, tusdc] }],
    [
      "an unknown standard",
      "instruments.0.token_standard",
      { ...plain(), instruments: [{ ...tusdc, token_standard: "ERC20" }] },
    ],
    ["no attesters", "templates.attesters", templates({ attesters: [] })],
    [
      "attesters out of order",
      "templates.attesters.1",
      templates({ attesters: [deployment.contracts.coordinator, deployment.contracts.root] }),
    ],
    ["a threshold above them", "templates.threshold", templates({ threshold: 2 })],
    [
      "a fee recipient on no chain",
      "templates.fee_recipients.1",
      templates({ fee_recipients: { "1": home.endpoint } }),
    ],
    [
      "a fee recipient under no chain id",
      "templates.fee_recipients.home",
      templates({ fee_recipients: { home: home.endpoint } }),
    ],
  ];
  for (const [name, field, json] of faults) {
    it(`refuses ${name}`, () => {
      expect(() => parseDeployment(json))
        .to.throw(ProtocolError)
        .that.includes({ code: "deployment_invalid" });
      if (field !== undefined)
        expect(() => parseDeployment(json))
          .to.throw(ProtocolError)
          .that.includes({ field });
    });
  }

  it("takes one alias on two chains", () => {
    const instruments = [tusdc, { ...tusdc, chain_id: home.chainId }];
    expect(parseDeployment({ ...plain(), instruments }).instruments).to.have.length(2);
  });
});

describe("deploymentChain", () => {
  it("finds a chain by number or bigint, and says when there is none", () => {
    expect(deploymentChain(deployment, 84532)).to.equal(other);
    expect(deploymentChain(deployment, 84532n)).to.equal(other);
    expect(() => deploymentChain(deployment, 1)).to.throw(ProtocolError, "1");
  });
});
