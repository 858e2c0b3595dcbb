import { delimiter, sep } from "node:path";

/**
 * PATH without the project's own programs. npm takes its machine-wide settings (registry, certificates) from
 * beside the Node that runs it, so it has to be the machine's Node, not the project's.
 */
export function machinePath(path = process.env["PATH"] ?? ""): string {
  return path
    .split(delimiter)
    .filter((folder) => !folder.endsWith(`${sep}node_modules${sep}.bin`))
    .join(delimiter);
}
