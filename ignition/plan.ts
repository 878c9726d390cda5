import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Address, encodeAbiParameters, type Hex, isAddress, keccak256 } from "viem";
import { z } from "zod";

const address = z.string().refine((value): value is Address => isAddress(value), "must be an address");
const ascending = (list: readonly string[]) =>
  list.every((entry, i) => i === 0 || BigInt(list[i - 1] as string) < BigInt(entry));
const verifiers = z.array(address).min(2).refine(ascending, "must be strictly ascending");

const chainSchema = z.strictObject({
  chainId: z.int().positive(),
  name: z.string().min(1),
  /** Confirmations until a fact counts as safe and as finalized. */
  finality: z.strictObject({ safe: z.int().min(0), finalized: z.int().min(0) }),
  layerZero: z.strictObject({
    eid: z.int().positive(),
    endpoint: address,
    sendLibrary: address,
    receiveLibrary: address,
    executor: address,
    maxMessageSize: z.int().positive(),
    /** Blocks of this chain after which the verifiers vouch for a message sent here: what finality means on it. */
    confirmations: z.int().positive(),
    /** Contracts that take the verifiers' fees on this chain. */
    sendVerifiers: verifiers,
    /** Accounts or contracts by which the verifiers speak on this chain. */
    receiveVerifiers: verifiers,
  }),
});

const planSchema = z
  .strictObject({
    /** 32 bytes for CREATE2: another salt is another deployment. */
    salt: z.string().regex(/^0x[0-9a-f]{64}$/, "must be 0x and 64 hex digits"),
    coordinatorChainId: z.int().positive(),
    /** In row order. */
    chains: z.array(chainSchema).min(1).max(8),
  })
  .refine(({ coordinatorChainId, chains }) => chains.some(({ chainId }) => chainId === coordinatorChainId), {
    path: ["coordinatorChainId"],
    message: "must be one of the chains",
  });

/** A deployment before it exists: everything its addresses depend on, beside the contracts themselves. */
export type DeploymentPlan = z.infer<typeof planSchema>;

/** Reads `parameters/<name>.json`. @throws Error that names the file and the field. */
export function readPlan(name: string): DeploymentPlan {
  const file = fileURLToPath(new URL(`./parameters/${name}.json`, import.meta.url));
  return parsePlan(JSON.parse(readFileSync(file, "utf8")), `ignition/parameters/${name}.json`);
}

/** Checks a plan. @throws Error that names `source` and the field. */
export function parsePlan(json: unknown, source: string): DeploymentPlan {
  const parsed = planSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`${source}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? "is invalid"}`);
}

/** The row of one chain in the root's constructor arguments. */
export interface Row {
  chainId: number;
  eid: number;
  endpoint: Address;
  wiringHash: Hex;
}

/** All rows of the plan, in order. */
export function rowsOf(plan: DeploymentPlan): Row[] {
  return plan.chains.map(({ chainId, layerZero: { eid, endpoint } }) => ({
    chainId,
    eid,
    endpoint,
    wiringHash: keccak256(encodeAbiParameters([wiringParameter], [wiringOf(plan, chainId)])),
  }));
}

/** What the messenger of one chain sets at its endpoint: paths are a star around the coordinator's chain, in row order. */
export function wiringOf(plan: DeploymentPlan, chainId: number) {
  const here = plan.chains.find((chain) => chain.chainId === chainId);
  if (here === undefined) throw new Error(`the plan has no chain ${chainId}`);
  const isCentre = chainId === plan.coordinatorChainId;
  const others = plan.chains.filter((other) =>
    isCentre ? other.chainId !== chainId : other.chainId === plan.coordinatorChainId,
  );
  const { sendLibrary, receiveLibrary, confirmations, sendVerifiers, receiveVerifiers, executor, maxMessageSize } =
    here.layerZero;
  return {
    paths: others.map(({ layerZero: other }) => ({
      eid: other.eid,
      sendLibrary,
      receiveLibrary,
      sendConfirmations: BigInt(confirmations),
      sendVerifiers,
      receiveConfirmations: BigInt(other.confirmations),
      receiveVerifiers,
      executor,
      maxMessageSize,
    })),
  };
}

const wiringParameter = {
  type: "tuple",
  components: [
    {
      name: "paths",
      type: "tuple[]",
      components: [
        { name: "eid", type: "uint32" },
        { name: "sendLibrary", type: "address" },
        { name: "receiveLibrary", type: "address" },
        { name: "sendConfirmations", type: "uint64" },
        { name: "sendVerifiers", type: "address[]" },
        { name: "receiveConfirmations", type: "uint64" },
        { name: "receiveVerifiers", type: "address[]" },
        { name: "executor", type: "address" },
        { name: "maxMessageSize", type: "uint32" },
      ],
    },
  ],
} as const;
