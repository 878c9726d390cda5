import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { sealKeystore } from "../../src/keys/keystore.ts";
import { CREDENTIALS, REGION, startKms } from "./kms.ts";
import { startWeb3Signer } from "./web3signer.ts";

/** Where two relayers find the same keys: the attester's in AWS KMS, the gas key at a remote signer or in a keystore. */
export async function startHolders({ gas, attester }: Record<"gas" | "attester", Hex>) {
  const directory = await mkdtemp(join(tmpdir(), "keystone-holders-"));
  const [kms, remote] = await Promise.all([
    startKms(new Map([["alias/attester", { privateKey: attester }]])),
    startWeb3Signer({ keys: [gas], chainId: "path" }),
  ]);
  const password = "a password of the tests";
  const passwordFile = join(directory, "password");
  await writeFile(passwordFile, password, { mode: 0o600 });
  const file = join(directory, "gas.json");
  await writeFile(file, await sealKeystore(gas, password, { n: 4096, r: 8, p: 1 }), { mode: 0o600 });
  const attesterAtKms = {
    ATTESTER_KEY: `aws-kms:alias/attester?region=${REGION}&endpoint=${kms.endpoint}`,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  };
  return {
    /** Names of the calls so far. */
    asked: () => [...kms.calls, ...remote.calls.map(({ method }) => method)],
    secrets: [password, CREDENTIALS.secretAccessKey],
    environments: [
      { ...attesterAtKms, RELAYER_KEYS: `remote:${remote.origin}/{chain_id}?address=${privateKeyToAddress(gas)}` },
      { ...attesterAtKms, RELAYER_KEYS: `keystore:${file}?password-file=${passwordFile}` },
    ],
    async stop() {
      await Promise.all([kms.stop(), remote.stop()]);
      await rm(directory, { recursive: true });
    },
  };
}
