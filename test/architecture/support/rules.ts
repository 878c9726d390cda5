export interface Manifest {
  file: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** Files that a program writes, or that are data as somebody else publishes it. */
export const GENERATED: readonly RegExp[] = [
  /^pnpm-lock\.yaml$/,
  /^packages\/protocol\/src\/(abi|deployment)\/generated\//,
  /^packages\/protocol\/vectors\//,
  /^packages\/sdk\/src\/generated\//,
  /^api\/openapi\.json$/,
  /^sdks\/postman\//,
  /^ignition\/deployments\//,
];

/** Whether a file holds no text, by its name. */
export function isBinary(file: string): boolean {
  return /\.(png|jpg|ico|woff2?|gz|zip)$/.test(file);
}

/** Absolute paths as they exist on a developer's or a build machine only. */
export function machinePaths(text: string): string[] {
  // Put together here, so that this file does not find itself.
  const folders = ["home", "root", "tmp", "work", "Users", "workspace"].join("|");
  return [...text.matchAll(new RegExp(`(?<![\\w.\\-~@*])(?<!:/)/(?:${folders})/[\\w.-]+`, "g"))].map(([path]) => path);
}

/** Dependencies of a manifest whose version is a range, a tag or a moving target. */
export function inexactVersions({ file, ...manifest }: Manifest): string[] {
  return dependenciesOf(manifest)
    .filter(([, version]) => !/^(workspace:\*|(npm:(@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?)$/.test(version))
    .map(([name, version]) => `${file}: ${name} ${version}`);
}

/** Packages that stand in different versions in different manifests. */
export function differingVersions(manifests: readonly Manifest[]): string[] {
  const versions = new Map<string, Set<string>>();
  for (const manifest of manifests) {
    for (const [name, version] of dependenciesOf(manifest)) {
      versions.set(name, (versions.get(name) ?? new Set()).add(version));
    }
  }
  return [...versions]
    .filter(([, found]) => found.size > 1)
    .map(([name, found]) => `${name}: ${[...found].join(", ")}`);
}

function dependenciesOf(manifest: Omit<Manifest, "file">): [string, string][] {
  return [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies].flatMap((part) =>
    Object.entries(part ?? {}),
  );
}
