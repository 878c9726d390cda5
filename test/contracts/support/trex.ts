import { createRequire } from "node:module";
import { type Abi, type Address, encodeAbiParameters, getAddress, getContractAddress, type Hex, keccak256 } from "viem";
import type { Compiled } from "./artifacts.ts";
import { type Chain, ROLES } from "./chain.ts";

const require = createRequire(import.meta.url);

/** Where the suite's package keeps what it compiled. */
const FOLDERS = {
  ClaimIssuer: "@onchain-id/solidity/contracts",
  Identity: "@onchain-id/solidity/contracts",
  Token: "contracts/token",
  ClaimTopicsRegistry: "contracts/registry/implementation",
  IdentityRegistry: "contracts/registry/implementation",
  IdentityRegistryStorage: "contracts/registry/implementation",
  TrustedIssuersRegistry: "contracts/registry/implementation",
  ModularCompliance: "contracts/compliance/modular",
  /** The suite's rule against countries as a compliance contract of its own. Its modular twin forbids commercial use. */
  CountryRestrictionsTest: "contracts/compliance/legacy/test",
  TREXImplementationAuthority: "contracts/proxy/authority",
  TokenProxy: "contracts/proxy",
  ClaimTopicsRegistryProxy: "contracts/proxy",
  IdentityRegistryProxy: "contracts/proxy",
  IdentityRegistryStorageProxy: "contracts/proxy",
  TrustedIssuersRegistryProxy: "contracts/proxy",
  ModularComplianceProxy: "contracts/proxy",
} as const;
type Name = keyof typeof FOLDERS;

const NOBODY: Address = "0x0000000000000000000000000000000000000000";
const ECDSA_KEY = 1n;
const MANAGEMENT = 1n;
const ECDSA_SCHEME = 1n;

export const COUNTRY = { GERMANY: 276, FRANCE: 250 } as const;

function compiled(name: Name): Compiled {
  return require(`@tokenysolutions/t-rex/artifacts/${FOLDERS[name]}/${name}.sol/${name}.json`) as Compiled;
}

/** One ERC-3643 token with everything that T-REX puts behind it, each part behind its proxy. The deployer is its issuer and agent. */
export class Trex {
  readonly #chain: Chain;
  readonly address: Address;
  readonly registry: Address;
  readonly compliance: Address;
  readonly #claimIssuers: readonly Address[];
  readonly #topics: readonly bigint[];
  readonly #identities = new Map<Address, Address>();

  private constructor(
    chain: Chain,
    parts: { address: Address; registry: Address; compliance: Address },
    claims: { issuers: readonly Address[]; topics: readonly bigint[] },
  ) {
    this.#chain = chain;
    this.address = parts.address;
    this.registry = parts.registry;
    this.compliance = parts.compliance;
    this.#claimIssuers = claims.issuers;
    this.#topics = claims.topics;
  }

  /** Holders need a claim on every topic; every issuer is trusted for all of them. */
  static async deploy(chain: Chain, options: { topics?: number; issuers?: number } = {}): Promise<Trex> {
    const { topics: topicCount = 2, issuers: issuerCount = 1 } = options;
    const owner = chain.address(ROLES.deployer);
    const topics = Array.from({ length: topicCount }, (_, i) => BigInt(i + 1));
    const authority = await deploy(chain, "TREXImplementationAuthority", [true, NOBODY, NOBODY]);
    await write(chain, "TREXImplementationAuthority", authority, "addAndUseTREXVersion", [
      { major: 4, minor: 1, patch: 6 },
      {
        tokenImplementation: await deploy(chain, "Token"),
        ctrImplementation: await deploy(chain, "ClaimTopicsRegistry"),
        irImplementation: await deploy(chain, "IdentityRegistry"),
        irsImplementation: await deploy(chain, "IdentityRegistryStorage"),
        tirImplementation: await deploy(chain, "TrustedIssuersRegistry"),
        mcImplementation: await deploy(chain, "ModularCompliance"),
      },
    ]);
    const topicsRegistry = await deploy(chain, "ClaimTopicsRegistryProxy", [authority]);
    for (const topic of topics) await write(chain, "ClaimTopicsRegistry", topicsRegistry, "addClaimTopic", [topic]);
    const issuersRegistry = await deploy(chain, "TrustedIssuersRegistryProxy", [authority]);
    const issuers: Address[] = [];
    for (let i = 0; i < issuerCount; i += 1) {
      const issuer = await deploy(chain, "ClaimIssuer", [owner]);
      await write(chain, "TrustedIssuersRegistry", issuersRegistry, "addTrustedIssuer", [issuer, topics]);
      issuers.push(issuer);
    }
    const storage = await deploy(chain, "IdentityRegistryStorageProxy", [authority]);
    const registry = await deploy(chain, "IdentityRegistryProxy", [
      authority,
      issuersRegistry,
      topicsRegistry,
      storage,
    ]);
    await write(chain, "IdentityRegistryStorage", storage, "bindIdentityRegistry", [registry]);
    const compliance = await deploy(chain, "ModularComplianceProxy", [authority]);
    const token = ["Real Estate Share", "REST", 18, NOBODY] as const;
    const address = await deploy(chain, "TokenProxy", [authority, registry, compliance, ...token]);

    const trex = new Trex(chain, { address, registry, compliance }, { issuers, topics });
    await write(chain, "IdentityRegistry", registry, "addAgent", [owner]);
    // Recovery has the token itself register the new wallet.
    await write(chain, "IdentityRegistry", registry, "addAgent", [address]);
    await trex.write("addAgent", [owner]);
    await trex.write("unpause", []);
    return trex;
  }

  /** Gives a wallet an identity with every claim, each signed by the last trusted issuer, and enters it into the registry. */
  async verify(wallet: Address, country: number = COUNTRY.GERMANY): Promise<Address> {
    const chain = this.#chain;
    const identity = await deploy(chain, "Identity", [chain.address(ROLES.deployer), false]);
    const issuer = this.#claimIssuers.at(-1);
    if (issuer === undefined) throw new Error("Nobody is trusted to sign claims.");
    for (const topic of this.#topics) {
      const data = "0x01";
      const args = [identity, topic, data] as const;
      const hash = keccak256(encodeAbiParameters([{ type: "address" }, { type: "uint256" }, { type: "bytes" }], args));
      const signature = await chain.account(ROLES.deployer).signMessage({ message: { raw: hash } });
      await write(chain, "Identity", identity, "addClaim", [topic, ECDSA_SCHEME, issuer, signature, data, ""]);
    }
    await write(chain, "IdentityRegistry", this.registry, "registerIdentity", [wallet, identity, country]);
    this.#identities.set(wallet, identity);
    return identity;
  }

  /** The registry forgets a wallet. */
  async forget(wallet: Address): Promise<void> {
    await write(this.#chain, "IdentityRegistry", this.registry, "deleteIdentity", [wallet]);
  }

  /** Moves everything that a lost wallet holds to another of the same person's, who is known under it from then on. */
  async recover(lost: Address, found: Address): Promise<void> {
    const identity = this.#identities.get(lost);
    if (identity === undefined) throw new Error(`${lost} has no identity.`);
    const key = keccak256(encodeAbiParameters([{ type: "address" }], [found]));
    await write(this.#chain, "Identity", identity, "addKey", [key, MANAGEMENT, ECDSA_KEY]);
    await this.write("recoveryAddress", [lost, found, identity]);
  }

  /** Puts the suite's rule against countries in the place of the modular compliance. */
  async restrictCountries(countries: readonly number[]): Promise<void> {
    const compliance = await deploy(this.#chain, "CountryRestrictionsTest");
    for (const country of countries) {
      await write(this.#chain, "CountryRestrictionsTest", compliance, "addCountryRestriction", [country]);
    }
    await this.write("setCompliance", [compliance]);
  }

  /** A call to the token, by its issuer unless told otherwise. */
  write(functionName: string, args: readonly unknown[], from: number = ROLES.deployer): Promise<Hex> {
    return write(this.#chain, "Token", this.address, functionName, args, from);
  }

  async balanceOf(holder: Address): Promise<bigint> {
    return (await this.#read("balanceOf", holder)) as bigint;
  }

  async isAgent(account: Address): Promise<boolean> {
    return (await this.#read("isAgent", account)) as boolean;
  }

  #read(functionName: string, account: Address): Promise<unknown> {
    const { abi } = compiled("Token");
    return this.#chain.client.readContract({ address: this.address, abi, functionName, args: [account] });
  }

  /** What the registry's answer about a wallet costs, beside the transaction's own base. */
  async gasOfIsVerified(wallet: Address): Promise<bigint> {
    const { abi } = compiled("IdentityRegistry");
    const call = { address: this.registry, abi, functionName: "isVerified", args: [wallet] } as const;
    return this.#chain.client.estimateContractGas(call);
  }
}

async function deploy(chain: Chain, name: Name, args: readonly unknown[] = []): Promise<Address> {
  const { abi, bytecode } = compiled(name);
  const wallet = chain.account(ROLES.deployer);
  const nonce = BigInt(await chain.client.getTransactionCount({ address: wallet.account.address }));
  const hash = await wallet.deployContract({ abi: abi as Abi, bytecode, args });
  await chain.client.waitForTransactionReceipt({ hash });
  return getAddress(getContractAddress({ from: wallet.account.address, nonce }));
}

async function write(
  chain: Chain,
  name: Name,
  address: Address,
  functionName: string,
  args: readonly unknown[],
  from: number = ROLES.deployer,
): Promise<Hex> {
  const { abi } = compiled(name);
  const hash = await chain.account(from).writeContract({ address, abi: abi as Abi, functionName, args });
  await chain.client.waitForTransactionReceipt({ hash });
  return hash;
}
