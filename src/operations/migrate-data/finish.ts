import { atLeast, parseVersion } from "../../releases/version.ts";
import type { UpgradeState } from "../../facts/upgrade.ts";

/** In words, what keeps the old objects from being deleted; undefined: nothing does. */
export function notYet({ nodes, daemonSets, unread }: UpgradeState): string | undefined {
  if (unread.length > 0)
    return `not everything could be read, and old nodes may still need the old objects: ${unread.map(({ message }) => message).join("; ")}`;
  if (daemonSets.length === 0)
    return "no DaemonSet runs calico-node here, so which release the hosts run is not seen; nothing old is deleted";
  const counted = nodes.filter(({ release, expected }) => release !== undefined || expected === true);
  if (counted.length === 0) return "no node with a calico-node pod was seen; nothing old is deleted";
  const behind = counted.filter(({ release }) => {
    const candidates = (release?.candidates ?? []).map(parseVersion);
    return (
      candidates.length === 0 || candidates.some((each) => each === undefined || !atLeast(each, "v2.5.0"))
    );
  });
  if (behind.length === 0) return undefined;
  const names = behind.slice(0, 5).map(({ name, release }) => `${name} (${release?.text ?? "no pod"})`);
  const more = behind.length > names.length ? `, ${String(behind.length - names.length)} more` : "";
  return `not every node is known to run v2.5 or later, and older ones read the old objects: ${names.join(", ")}${more}`;
}
