import type { Prefer, SettingOrigin } from "./carry.ts";

/** One --prefer. */
export interface Preference {
  readonly side: SettingOrigin;
  /** A field, what is below it, or an object: `DaemonSet/calico-node`, with or without `:FIELD`. undefined: all. */
  readonly path: string | undefined;
}

/** undefined: it is neither `mine` nor `upstream`, with or without a path. */
export function preferenceOf(text: string): Preference | undefined {
  const colon = text.indexOf(":");
  const [side, path] = colon < 0 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
  if (side !== "mine" && side !== "upstream") return undefined;
  return path === "" ? undefined : { side, path };
}

/** The most exact path decides, and of equal ones the last. */
export function preferBy(preferences: readonly Preference[]): Prefer {
  return (conflict) =>
    preferences
      .filter(({ path }) => path === undefined || isAt(path, conflict))
      .reduce<Preference | undefined>(
        (best, each) => ((each.path?.length ?? 0) >= (best?.path?.length ?? 0) ? each : best),
        undefined,
      )?.side;
}

/** How --prefer names the place of a conflict. */
export function pathOf({ object, field }: Parameters<Prefer>[0]): string {
  return `${shortName(object)}:${field}`;
}

function isAt(path: string, conflict: Parameters<Prefer>[0]): boolean {
  const { object, field } = conflict;
  return path === shortName(object) || isBelow(field, path) || isBelow(`${shortName(object)}:${field}`, path);
}

function isBelow(field: string, path: string): boolean {
  return field === path || (field.startsWith(path) && /^[.[]/.test(field.slice(path.length)));
}

/** `DaemonSet kube-system/calico-node` → `DaemonSet/calico-node`. */
function shortName(object: string): string {
  const [kind = "", name = ""] = object.split(" ");
  return `${kind}/${name.split("/").at(-1) ?? ""}`;
}
