import { expect } from "chai";
import { type Address, type Hex, recoverTransactionAddress, recoverTypedDataAddress } from "viem";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { sampleDeployment } from "../../../packages/store/test/deployment.ts";
import { ConfigError, KeyError, SignerUnavailable } from "../../src/errors.ts";
import { type ObserveSigning, openKeys } from "../../src/keys/open.ts";
import { keySlots } from "../../src/keys/slot.ts";
import type { KeySource } from "../../src/keys/source.ts";
import {
  kmsKeys,
  kmsSource,
  rejection,
  sampleAttestation,
  sampleTransaction,
  withAwsCredentials,
} from "../support/keys.ts";
import { type KmsServer, startKms } from "../support/kms.ts";

const deployment = sampleDeployment();
const home = deployment.coordinatorChainId;
const { registry } = deployment.contracts;
const local = (privateKey: Hex): KeySource => ({ kind: "env", privateKey });

describe("the keys of a relayer", function () {
  this.timeout(30_000);
  withAwsCredentials();
  const [gas, gas2, attester, operator] = [1, 2, 3, 4].map(() => generatePrivateKey()) as [Hex, Hex, Hex, Hex];
  const addresses = (...keys: Hex[]) => keys.map((key) => privateKeyToAddress(key));
  let observed: Parameters<ObserveSigning>[0][];
  let kms: KmsServer;

  beforeEach(async () => {
    observed = [];
    kms = await startKms(kmsKeys(["alias/attester", { privateKey: attester }]));
  });
  afterEach(() => kms.stop());

  const open = (
    keys: { gas?: KeySource[]; attester?: KeySource; operator?: KeySource | null },
    templatesOperator: Address = privateKeyToAddress(operator),
  ) => {
    const templates = { ...deployment.templates, operator: templatesOperator };
    const sources = { gas: [local(gas)], attester: local(attester), operator: null, ...keys };
    const configured = { ...deployment, templates };
    return openKeys(keySlots({ keys: sources, deployment: configured }), configured, (labels, seconds) => {
      expect(seconds).to.be.at.least(0);
      observed.push(labels);
    });
  };

  it("are each behind the one thing that their role may do, wherever they are kept", async () => {
    const keys = await open({
      gas: [local(gas), local(gas2)],
      attester: kmsSource(kms, "alias/attester"),
      operator: local(operator),
    });
    expect(keys.gas.map(({ address }) => address)).to.deep.equal(addresses(gas, gas2));
    expect([keys.attester.address, keys.operator?.address]).to.deep.equal(addresses(attester, operator));
    for (const signer of [...keys.gas, keys.operator]) {
      expect(Object.keys(signer ?? {})).to.deep.equal(["address", "signTransaction"]);
      const raw = (await signer?.signTransaction(sampleTransaction())) as `0x02${string}`;
      expect(await recoverTransactionAddress({ serializedTransaction: raw })).to.equal(signer?.address);
    }
    expect(Object.keys(keys.attester)).to.deep.equal(["address", "signTypedData"]);
    const typedData = sampleAttestation(registry, home);
    const signature = await keys.attester.signTypedData(typedData);
    expect(await recoverTypedDataAddress({ ...typedData, signature })).to.equal(keys.attester.address);
    expect(observed).to.deep.equal(["gas", "gas", "operator", "attester"].map((role) => ({ role, outcome: "signed" })));
  });

  it("sign nothing for anybody else's registry, and the key is not even asked", async () => {
    const keys = await open({ attester: kmsSource(kms, "alias/attester") });
    for (const typedData of [
      sampleAttestation(registry, 84532),
      sampleAttestation(deployment.contracts.escrow, home),
    ]) {
      const error = await rejection(keys.attester.signTypedData(typedData));
      expect(error).to.be.instanceOf(KeyError);
      expect(error.message).to.match(
        /^ATTESTER_KEY: the attester signs attestations to its own registry only: domain\./,
      );
    }
    expect(kms.calls).to.deep.equal(["GetPublicKey"]);
    expect(observed).to.deep.equal([1, 2].map(() => ({ role: "attester", outcome: "refused" })));
  });

  it("never have two powers", async () => {
    const said = async (...parts: Parameters<typeof open>) => {
      const error = await rejection(open(...parts));
      expect(error).to.be.instanceOf(ConfigError);
      return error.message;
    };
    const [ofGas, ofAttester] = addresses(gas, attester) as [Address, Address];
    expect(await said({ attester: local(gas) })).to.equal("ATTESTER_KEY: must not be the same key as RELAYER_KEYS");
    // The same key by another name.
    expect(await said({ gas: [local(gas2), local(attester)], attester: kmsSource(kms, "alias/attester") })).to.equal(
      "ATTESTER_KEY: must not be the same key as RELAYER_KEYS, entry 2",
    );
    expect(await said({ gas: [local(gas), local(gas2), local(gas)] })).to.equal(
      "RELAYER_KEYS: entry 3: must not be the same key as RELAYER_KEYS, entry 1",
    );
    expect(await said({ operator: local(gas) }, ofGas)).to.equal("RELAYER_KEYS: must not be the templates' operator");
    expect(await said({}, ofGas)).to.equal("RELAYER_KEYS: must not be the templates' operator");
    expect(await said({ gas: [local(gas2), local(gas)] }, ofGas)).to.equal(
      "RELAYER_KEYS: entry 2: must not be the templates' operator",
    );
    expect(await said({}, ofAttester)).to.equal("ATTESTER_KEY: must not be the templates' operator");
    expect(await said({ operator: local(attester) })).to.equal(
      "OPERATOR_KEY: must not be the same key as ATTESTER_KEY",
    );
    expect(await said({ operator: local(gas2) })).to.equal("OPERATOR_KEY: must be the key of the templates' operator");
  });

  it("end the start when they cannot be used, and are waited for when they do not answer", async () => {
    const lost = await rejection(open({ gas: [local(gas), kmsSource(kms, "alias/nowhere")] }));
    expect(lost).to.be.instanceOf(ConfigError);
    expect(lost.message).to.equal("RELAYER_KEYS: entry 2: AWS KMS refuses: NotFoundException");

    const slots = keySlots({
      keys: { gas: [local(gas)], attester: kmsSource(kms, "alias/attester"), operator: null },
      deployment,
    });
    const busy = { status: 400, type: "ThrottlingException" };
    kms.failures.push(busy, busy, busy);
    const away = await rejection(openKeys(slots, deployment, () => undefined));
    expect(away).to.be.instanceOf(SignerUnavailable);
    expect(away.message).to.equal("ATTESTER_KEY: AWS KMS: ThrottlingException");
    const keys = await openKeys(slots, deployment, () => undefined);
    expect(keys.attester.address).to.equal(privateKeyToAddress(attester));
  });

  it("that stop answering are named by what they fail", async () => {
    const keys = await open({ attester: kmsSource(kms, "alias/attester") });
    const busy = { status: 400, type: "ThrottlingException" };
    kms.failures.push(busy, busy, busy);
    const error = await rejection(keys.attester.signTypedData(sampleAttestation(registry, home)));
    expect(error).to.be.instanceOf(SignerUnavailable);
    expect(error.message).to.equal("ATTESTER_KEY: AWS KMS: ThrottlingException");
    expect(observed).to.deep.equal([{ role: "attester", outcome: "unavailable" }]);
  });
});
