/** One node of solc's syntax tree, of Solidity or of inline assembly. */
export interface Node {
  id: number;
  nodeType: string;
  /** Offset and length in bytes, and the number of the file. */
  src: string;
  [key: string]: unknown;
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).nodeType === "string";
}

/** The nodes directly below, in the order of their places in the source. */
export function children(node: Node): Node[] {
  return Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter(isNode)
    .sort((a, b) => startOf(a) - startOf(b));
}

export function startOf(node: Node): number {
  return Number(node.src.split(":", 1)[0]);
}

export function endOf(node: Node): number {
  const [start, length] = node.src.split(":");
  return Number(start) + Number(length);
}

/** Calls back for the node and everything below it; what lies below a node for which it returns false is left out. */
function walk(node: Node, visit: (node: Node) => boolean): void {
  if (!visit(node)) return;
  for (const child of children(node)) walk(child, visit);
}

/** All declarations of a program by their ids. */
export class Declarations {
  readonly #byId = new Map<number, Node>();
  readonly #references = new Map<number, Set<number>>();

  constructor(units: Iterable<Node>) {
    for (const unit of units) {
      walk(unit, (node) => {
        if (typeof node.id === "number") this.#byId.set(node.id, node);
        return true;
      });
    }
  }

  get(id: unknown): Node | undefined {
    return typeof id === "number" ? this.#byId.get(id) : undefined;
  }

  /** Ids of everything that the code of a contract may come from: what its bases hold, and in turn what that refers to. */
  reachableFrom(contract: Node): Set<number> {
    const reached = new Set<number>();
    const waiting = this.#membersOf(contract);
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (reached.has(id)) continue;
      reached.add(id);
      waiting.push(...this.#referencesOf(id));
    }
    return reached;
  }

  #membersOf(contract: Node): number[] {
    const bases = (contract.linearizedBaseContracts as number[]).map((id) => this.#byId.get(id));
    return bases.flatMap((base) => [
      ...((base?.nodes as Node[] | undefined) ?? []).map((node) => node.id),
      ...((base?.baseContracts as Node[] | undefined) ?? []).map((node) => node.id),
    ]);
  }

  #referencesOf(id: number): Set<number> {
    const known = this.#references.get(id);
    if (known !== undefined) return known;
    const found = new Set<number>();
    const node = this.#byId.get(id);
    if (node !== undefined) {
      walk(node, (inner) => {
        // A user-defined operator names its function so; assembly names what it touches so.
        const external = (inner.externalReferences as { declaration: number }[] | undefined) ?? [];
        for (const reference of [
          inner.referencedDeclaration,
          inner.function,
          ...external.map(({ declaration }) => declaration),
        ]) {
          const target = this.get(reference);
          if (target === undefined) continue;
          if (target.nodeType !== "ContractDefinition") found.add(target.id);
          // Another contract that is created here, or whose code is: everything in it counts.
          else if (target.contractKind === "contract") for (const member of this.#membersOf(target)) found.add(member);
        }
        return true;
      });
    }
    this.#references.set(id, found);
    return found;
  }
}
