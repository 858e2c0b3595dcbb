import { catalogue } from "../releases/catalogue.ts";
import { versionOf, within, type Span } from "../releases/version.ts";

/** `v2.6.0 – v2.6.5`, `v3.22.0`, `v3.23.0 and newer`, `up to v2.2.0`. */
export function releasesText(releases: Span): string {
  const names = [...catalogue.releases.keys()].filter((name) => within(versionOf(name), releases));
  const [first = "", last = ""] = [names[0], names.at(-1)];
  if (releases.before === undefined) return `${first} and newer`;
  if (releases.from === undefined) return `up to ${last}`;
  return first === last ? first : `${first} – ${last}`;
}
