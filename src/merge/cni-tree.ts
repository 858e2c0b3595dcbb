/** What install-cni fills in without quotes, as `"mtu": __CNI_MTU__`. */
const unquoted = /: *__([A-Z0-9_]+)__/g;

/** `cni_network_config` as JSON, placeholders as texts; undefined: it is none. */
export function cniTree(text: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof text !== "string") return undefined;
  for (const each of [text, text.replaceAll(unquoted, ': "__$1__"')]) {
    try {
      const value: unknown = JSON.parse(each);
      if (typeof value === "object" && value !== null && !Array.isArray(value))
        return value as Readonly<Record<string, unknown>>;
    } catch {
      // Upstream's own text is none before install-cni has filled it in.
    }
  }
  return undefined;
}
