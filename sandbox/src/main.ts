import { connectApi } from "./api/call.ts";
import { ownApi } from "./api/own-api.ts";
import { accountOn } from "./chain/account.ts";
import { checkChain, connectChain } from "./chain/chain.ts";
import { readConfig } from "./config.ts";
import type { Dependencies, Ground } from "./context.ts";
import { startRounds } from "./counterparty/rounds.ts";
import { ConfigError } from "./errors.ts";
import { createApp } from "./http/app.ts";
import { startServer } from "./http/server.ts";
import { createLog } from "./log.ts";

/** Deposits and requests under way may take so long to finish; whatever is cut off is taken up again. */
const GRACE_MS = 8_000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  const grounds = new Map<number, Ground>();
  for (const [chainId, rpcUrl] of config.rpcUrls) {
    const chain = connectChain(chainId, rpcUrl);
    await checkChain(chain);
    const faucet = accountOn(chain, config.faucetKey);
    grounds.set(chainId, { chain, faucet, counterparty: accountOn(chain, config.counterpartyKey) });
  }
  const own = ownApi(connectApi(config.apiUrl, config.client));
  const { gasFloor, maxQuantity } = config;
  const deps: Dependencies = { grounds, own, log, gasFloor, maxQuantity };
  const rounds = startRounds(deps, config.tickMs);
  const server = await startServer(createApp(deps, rounds, config.apiUrl), config.host, config.port);
  const [ground] = grounds.values();
  const wallets = { faucet: ground?.faucet.address, counterparty: ground?.counterparty.address };
  log.info({ host: config.host, port: server.port, chains: [...grounds.keys()], ...wallets }, "serving");

  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "stopping");
    await Promise.all([server.close(GRACE_MS), rounds.stop(GRACE_MS)]);
    log.info("stopped");
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop(signal));
}

try {
  await main();
} catch (error) {
  if (error instanceof ConfigError) console.error(error.message);
  else console.error(error);
  process.exit(1);
}
