import type { Rows } from "../../test/gas/row.ts";

/** What others' contracts take for what comes nearest, whole transactions, and whose they are. */
const PEERS: Record<string, string> = {
  "first deposit": "91,000 (OIF's escrow)",
  "first deposit by Permit2": "136,000 (OIF's escrow)",
  "first deposit by ERC-3009": "125,000 (OIF's escrow)",
  "release of one leg": "87,000 (OIF's escrow)",
  "refund of one leg by refundExpired": "57,000 (a cancellation of Sablier's)",
  "LOCKED delivered, recorded only": "28,000 (OIF's handler)",
};

/** What each is to stay below. */
const TARGETS: Record<string, number> = {
  "lifecycle opened by router, three transactions": 450_000,
  "first deposit": 91_000,
  "LOCKED delivered, recorded only": 60_000,
  "VERDICT delivered, recorded only": 60_000,
  "whole settlement in one transaction by Permit2": 330_000,
};

const CODE_LIMIT = 24_576;

/** The page of all figures, in Markdown: what is generated here is never edited by hand. */
export function page(gas: Rows, sizes: Record<string, number>): string {
  const figure = (value: number) => value.toLocaleString("en");
  const rows = Object.entries(gas).map(([name, value]) => {
    const target = TARGETS[name];
    return `| ${name} | ${figure(value)} | ${target === undefined ? "" : figure(target)} | ${PEERS[name] ?? ""} |`;
  });
  const codes = Object.entries(sizes).map(
    ([name, size]) => `| ${name} | ${figure(size)} | ${figure(CODE_LIMIT - size)} |`,
  );
  return `# Gas and sizes

Written by \`npm run snapshots\` from \`test/snapshots\`, which \`npm run check\` compares with what the contracts take now.

Whole transactions, intrinsic gas and calldata included, refunds deducted. Two ERC-20 legs; the escrow holds something of either token
before, as one in use does; depositors have approved exactly the amount, and approvals are not counted. Others' figures are for
what comes nearest in their contracts, which know no commitments, no compliance and no verdict.

| what | gas | at most | beside |
|---|---:|---:|---|
${rows.join("\n")}

## Where it goes

**The first deposit** misses its mark. 32,000 are the transaction and its calldata, 22,200 the settlement's one slot, 22,500 the token (a
transfer, two balances, three questions about its class), 5,000 the two events, 5,500 the coordinator's answer whether the terms were created
and no verdict was taken; 4,800 come back for the allowance that was used up. That is 82,400 before anything is computed, and the 8,600
that are left are not enough for the hash of the terms, the opening of the commitment, the guards and the bookkeeping: these take 13,600.

**The whole settlement in one transaction** misses its mark too. 44,000 are the transaction and its calldata, 53,000 the two tokens,
29,000 Permit2, 67,000 the three slots that remain (settlement, statement, entry), 51,000 the events, without which nobody could rebuild the
state from logs, 26,000 the first touch of contracts and words and the attester's signature. That is 270,000 before anything is computed: six
state transitions, three times the hash of the terms, two commitments, two witnesses, every gate and every guard would have 60,000 and take
105,000.

**A report about a settlement that was never created here, or the first message of a path,** pays for a new slot, 17,100 more.

## Code

The limit is ${figure(CODE_LIMIT)} bytes (EIP-170); every contract stays 2,048 below it.

| contract | bytes | left |
|---|---:|---:|
${codes.join("\n")}
`;
}
