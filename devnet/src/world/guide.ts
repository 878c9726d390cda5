import { type Address, encodeFunctionData, type Hex, parseAbi, toHex } from "viem";
import type { World } from "../world.ts";

/** What `guide` needs of a world. */
type Guided = Pick<World, "deployment" | "chains" | "apiUrl" | "graphqlUrl" | "clients" | "parties" | "urls">;

const mintAbi = parseAbi(["function mint(address to, uint256 amount)"]);

/** Which deposit comes last, and so settles, is known only when it is mined: an estimate made before may be too low. */
const GAS = toHex(3_000_000);

/** Prints a field of the JSON on standard input. Node is the one tool that everybody who got here has. */
const pick = (expression: string) =>
  `node -e 'let s="";process.stdin.on("data",d=>s+=d).on("end",()=>{const j=JSON.parse(s);console.log(${expression})})'`;

/**
 * A first settlement as lines for a shell: two tokens, two instructions that match, two deposits, the end. They work when pasted as they
 * are, in one go or one by one, and as often as one likes.
 *
 * @param tokens Access tokens of the world's two clients.
 */
export function guide(world: Guided, tokens: readonly [string, string]): string {
  const { deployment, chains, apiUrl, graphqlUrl } = world;
  const home = deployment.coordinatorChainId;
  const rpcUrl = chains.find(({ chainId }) => chainId === home)?.rpcUrl;
  const token = (alias: string) =>
    deployment.instruments.find((entry) => entry.alias === alias && entry.chain_id === home)?.token_address as Address;
  const [seller, buyer] = world.parties.slice(-2) as [Address, Address];
  const mint = (to: Address, amount: bigint) =>
    encodeFunctionData({ abi: mintAbi, functionName: "mint", args: [to, amount] });
  return `export API=${apiUrl}
export GRAPHQL=${graphqlUrl}
export RPC=${rpcUrl}
export SELLER_TOKEN=${tokens[0]}
export BUYER_TOKEN=${tokens[1]}

# What is up, and where
curl -s -w '\\n' $API/status

# The seller gets 100 bonds, the buyer 5000 dollars: test tokens, from unlocked development accounts
${send(seller, token("KBOND"), mint(seller, 100n * 10n ** 18n))}
${send(buyer, token("TUSDC"), mint(buyer, 5000n * 10n ** 6n))}

# Both sides instruct under one reference; the second instruction matches the first
REF=FIRST-$(date +%s)
UNTIL=$(node -p 'new Date(Date.now()+3600e3).toISOString()')
${instruct("SELLER", "seller", seller, "Alpine Bond Desk", ["deliver", "receive"])}
MATCH=$(${instruct("BUYER", "buyer", buyer, "Harbour Cash Desk", ["receive", "deliver"])})
ID=$(printf %s "$MATCH" | ${pick("j.settlement_id")}) && echo "settlement $ID"

# The relayer screens, attests and opens it for deposits within seconds
until curl -s $API/settlements/$ID -H "Authorization: Bearer $SELLER_TOKEN" | grep -q '"state":"AWAITING_DEPOSITS"'; do sleep 1; done

# Each side asks what to send and sends it from its own wallet: the approval, then the deposit
${deposit("SELLER", "seller", seller)}
${deposit("BUYER", "buyer", buyer)}

# The last deposit settles it in its own transaction
until curl -s $API/settlements/$ID -H "Authorization: Bearer $BUYER_TOKEN" | grep -q '"state":"FINALIZED"'; do sleep 1; done
curl -s $API/settlements/$ID -H "Authorization: Bearer $BUYER_TOKEN" | ${pick('j.state+" "+j.settlement_hash')}

${alone(world.urls.sandbox, seller)}`;
}

/** A settlement with one platform's token: the sandbox gives what is to be sold, and buys it. */
function alone(sandboxUrl: string, seller: Address): string {
  const ask = (path: string, body: string) =>
    `curl -s -w '\\n' $SANDBOX/${path} -H "Authorization: Bearer $SELLER_TOKEN" -H 'Content-Type: application/json' -d '${body}'`;
  return `# The same with nobody to trade with: two calls to the sandbox, the faucet and the counterparty, beside those of any trade
export SANDBOX=${sandboxUrl}
REF=ALONE-$(date +%s)
${ask("faucet", `{"chain_id":11155111,"address":"${seller}","instrument_id":"KBOND","quantity":"100"}`)}
INSTRUCTION=$(${instruct("SELLER", "seller", seller, "Alpine Bond Desk", ["deliver", "receive"])} | ${pick("j.id")})
MATCH=$(${ask("counterparty", `{"instruction_id":"'$INSTRUCTION'","script":"settle"}`)})
ID=$(printf %s "$MATCH" | ${pick("j.settlement_id")}) && echo "alone $ID"
until curl -s $API/settlements/$ID -H "Authorization: Bearer $SELLER_TOKEN" | grep -q '"state":"AWAITING_DEPOSITS"'; do sleep 1; done
${deposit("SELLER", "seller", seller)}
until curl -s $API/settlements/$ID -H "Authorization: Bearer $SELLER_TOKEN" | grep -q '"state":"FINALIZED"'; do sleep 1; done
curl -s $SANDBOX/counterparty/$INSTRUCTION -H "Authorization: Bearer $SELLER_TOKEN" | ${pick('j.state+" "+j.detail')}`;
}

function rpcBody(method: string, params: string): string {
  return `{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`;
}

function send(from: Address, to: Address, data: Hex): string {
  const body = rpcBody("eth_sendTransaction", `[{"from":"${from}","to":"${to}","data":"${data}"}]`);
  return `curl -s -w '\\n' $RPC -H 'Content-Type: application/json' -d '${body}'`;
}

function instruct(who: string, role: string, wallet: Address, name: string, [bond, cash]: [string, string]): string {
  const body = `{"template_slug":"dvp-standard","role":"${role}","trade_reference":"'$REF'","timeout_at":"'$UNTIL'",
  "party":{"external_reference":"${role}-1","name":"${name}","wallet_address":"${wallet}"},
  "legs":[{"instrument_id":"KBOND","chain_id":11155111,"quantity":"100","direction":"${bond}"},
          {"instrument_id":"TUSDC","chain_id":11155111,"quantity":"5000","direction":"${cash}"}]}`;
  return `curl -s -w '\\n' $API/instructions -H "Authorization: Bearer $${who}_TOKEN" -H 'Content-Type: application/json' \\
  -H "Idempotency-Key: $REF-${role}" -d '${body}'`;
}

function deposit(who: string, role: string, wallet: Address): string {
  const headers = `-H "Authorization: Bearer $${who}_TOKEN"`;
  const call = (to: string, data: string) =>
    pick(
      `JSON.stringify({jsonrpc:"2.0",id:1,method:"eth_sendTransaction",params:[{from:"${wallet}",to:${to},data:${data},gas:"${GAS}"}]})`,
    );
  const post = "curl -s -w '\\n' $RPC -H 'Content-Type: application/json' -d @-";
  return `LEG=$(curl -s $API/settlements/$ID ${headers} | ${pick(`j.legs.find(l=>l.party_role==="${role}").leg_index`)})
INFO=$(curl -s $API/settlements/$ID/legs/$LEG/deposit-info ${headers})
printf %s "$INFO" | ${call("j.token_address", "j.approval_calldata")} | ${post}
printf %s "$INFO" | ${call("j.escrow_address", "j.calldata")} | ${post}`;
}
