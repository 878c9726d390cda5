/**
 * The rooms of the house and whom each may know. Everything points downwards, and nobody knows a room that is not named.
 * The local world starts indexer, relayer, api and sandbox as processes; it does not import them.
 */
export const ROOMS: Readonly<Record<string, { folder: string; package?: string; knows: readonly string[] }>> = {
  protocol: { folder: "packages/protocol", package: "@keystoneos/protocol", knows: [] },
  store: { folder: "packages/store", package: "@keystoneos/store", knows: ["protocol"] },
  telemetry: { folder: "packages/telemetry", package: "@keystoneos/telemetry", knows: [] },
  sdk: { folder: "packages/sdk", package: "@keystoneos/sdk", knows: ["protocol"] },
  indexer: { folder: "indexer", package: "@keystoneos/indexer", knows: ["protocol"] },
  relayer: { folder: "relayer", package: "@keystoneos/relayer", knows: ["protocol", "store", "telemetry"] },
  api: { folder: "api", package: "@keystoneos/api", knows: ["protocol", "store", "telemetry"] },
  sandbox: { folder: "sandbox", package: "@keystoneos/sandbox", knows: ["protocol", "sdk"] },
  ignition: { folder: "ignition", knows: ["protocol"] },
  devnet: { folder: "devnet", package: "@keystoneos/devnet", knows: ["protocol", "store", "sdk", "ignition"] },
};

/** The room that a file of the repository stands in; null for tests and tooling, which may import anything. */
export function roomOf(file: string): string | null {
  for (const [name, { folder }] of Object.entries(ROOMS)) {
    if (!file.startsWith(`${folder}/`)) continue;
    const rest = file.slice(folder.length + 1);
    // A room's tests and scripts stand outside of it: they are never part of what runs.
    return /^(test|scripts)\//.test(rest) ? null : name;
  }
  return null;
}

/** The room of a package name with or without a path behind it. */
export function roomOfPackage(specifier: string): string | null {
  const name = specifier.split("/").slice(0, 2).join("/");
  return Object.entries(ROOMS).find(([, room]) => room.package === name)?.[0] ?? null;
}
