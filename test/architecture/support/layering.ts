import { posix } from "node:path";
import { importsOf, solidityImportsOf } from "./imports.ts";
import { ROOMS, roomOf, roomOfPackage } from "./rooms.ts";

/** Where a computed import is meant: files that packages keep out of their exports. */
const COMPUTED_IMPORTS: Readonly<Record<string, string>> = {
  "indexer/main.ts": "Ponder starts by its command alone",
  "devnet/src/deploy/createx.ts": "Ignition carries CreateX's transaction without exporting it",
};

/** Repository path to source text. */
export type Sources = ReadonlyMap<string, string>;

/** Imports that climb, leave their room by a path, reach into tests or tooling, or cannot be read; one sentence each. */
export function climbingImports(sources: Sources): string[] {
  return [...sources].flatMap(([file, source]) => {
    const room = roomOf(file);
    if (room === null) return [];
    return importsOf(source)
      .map(({ specifier }) => fault(file, room, specifier))
      .filter((sentence) => sentence !== null);
  });
}

function fault(file: string, room: string, specifier: string | null): string | null {
  const knows = ROOMS[room]?.knows ?? [];
  if (specifier === null && file in COMPUTED_IMPORTS) return null;
  if (specifier === null) return `${file} imports a computed path, which nobody can check`;
  if (specifier.startsWith("@keystoneos/")) {
    const target = roomOfPackage(specifier);
    if (target !== null && (target === room || knows.includes(target))) return null;
    return `${file} (${room}) imports ${specifier}: ${room} may know ${knows.join(", ") || "nobody"}`;
  }
  if (!specifier.startsWith(".")) return null;
  const path = posix.join(posix.dirname(file), specifier);
  const target = roomOf(path);
  if (target === room) return null;
  // A room without a package name is imported by its path; there is no other way.
  if (target !== null && knows.includes(target) && ROOMS[target]?.package === undefined) return null;
  return `${file} (${room}) imports ${path}, which is not in its room`;
}

/** Circles of imports that exist when the program runs, each as the files on its way, starting at the first by name. */
export function circles(sources: Sources): string[][] {
  const graph = new Map([...sources].map(([file, source]) => [file, targets(file, source, sources)]));
  const found = new Map<string, string[]>();
  const finished = new Set<string>();
  const visit = (file: string, trail: string[]): void => {
    const at = trail.indexOf(file);
    if (at >= 0) {
      const circle = rotated(trail.slice(at));
      found.set(circle.join(" "), circle);
      return;
    }
    if (finished.has(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...trail, file]);
    finished.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return [...found.values()].sort();
}

function targets(file: string, source: string, sources: Sources): string[] {
  return importsOf(source)
    .filter(({ typeOnly }) => !typeOnly)
    .flatMap(({ specifier }) => (specifier?.startsWith(".") ? [posix.join(posix.dirname(file), specifier)] : []))
    .filter((path) => sources.has(path));
}

function rotated(circle: string[]): string[] {
  const first = circle.indexOf([...circle].sort()[0] ?? "");
  return [...circle.slice(first), ...circle.slice(0, first)];
}

/** Imports by which a contract that is deployed would depend on the local world, on tests or on a package nobody agreed to. */
export function strayContractImports(sources: Sources): string[] {
  return [...sources].flatMap(([file, source]) => {
    if (!file.startsWith("contracts/")) return [];
    return solidityImportsOf(source)
      .map((path) => (path.startsWith(".") ? posix.join(posix.dirname(file), path) : path))
      .filter((path) => !/^(contracts|@openzeppelin\/contracts|@layerzerolabs)\//.test(path))
      .map((path) => `${file} imports ${path}`);
  });
}
