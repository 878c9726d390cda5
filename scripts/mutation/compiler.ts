import { Worker } from "node:worker_threads";

export interface CompilerInput {
  language: "Solidity";
  sources: Record<string, { content: string }>;
  settings: { remappings: string[]; outputSelection: Record<string, Record<string, string[]>>; [key: string]: unknown };
}

export interface CompilerOutput {
  errors?: { severity: string; formattedMessage: string }[];
  sources?: Record<string, { ast: unknown }>;
  contracts?: Record<string, Record<string, { evm: { bytecode: { object: string }; deployedBytecode: Code } }>>;
}

interface Code {
  object: string;
  immutableReferences: unknown;
}

/** What an artifact holds of a contract's code. */
export interface Compiled {
  bytecode: string;
  deployedBytecode: string;
  immutableReferences: unknown;
}

/** So many compilations, and the compiler's memory is given back. */
const RENEW_AFTER = 150;

/** solc in a thread of its own: warm, because its code gets quicker the longer it runs, and away from everything else. */
export class Compiler {
  #worker: Worker | undefined;
  #compilations = 0;

  /** @throws When the compiler crashes; what it has to say of the sources is in its output. */
  async compile(input: CompilerInput): Promise<CompilerOutput> {
    if (this.#compilations++ % RENEW_AFTER === 0) {
      await this.close();
      this.#worker = new Worker(new URL("./compiler-worker.ts", import.meta.url));
    }
    const worker = this.#worker as Worker;
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => {
        worker.off("message", onMessage);
        worker.off("error", onError);
        end();
      };
      const onMessage = (output: string) => settle(() => resolve(JSON.parse(output) as CompilerOutput));
      const onError = (error: Error) => {
        this.#compilations = 0;
        settle(() => reject(error));
      };
      worker.on("message", onMessage);
      worker.on("error", onError);
      worker.postMessage(JSON.stringify(input));
    });
  }

  /** The code of the one contract that is asked for; undefined when it does not compile. */
  async codeOf(input: CompilerInput): Promise<Compiled | undefined> {
    let output: CompilerOutput;
    try {
      output = await this.compile(input);
    } catch {
      // An internal error of the compiler is no code either.
      return undefined;
    }
    const [contract] = Object.values(output.contracts ?? {}).flatMap((byName) => Object.values(byName));
    if (contract === undefined || output.errors?.some(({ severity }) => severity === "error")) return undefined;
    const { bytecode, deployedBytecode } = contract.evm;
    return {
      bytecode: `0x${bytecode.object}`,
      deployedBytecode: `0x${deployedBytecode.object}`,
      immutableReferences: deployedBytecode.immutableReferences,
    };
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }
}
