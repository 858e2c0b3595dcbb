/**
 * ipam.type of a CNI configuration (`host-local`, `calico-ipam`, another plugin); undefined when there is
 * none. The text is a template with placeholders and often no JSON (`"mtu": __CNI_MTU__`), so the field
 * is looked for in the text.
 */
export function ipamType(cniConfig: string): string | undefined {
  // In two steps: looked for behind each "ipam", a text that repeats it would take the square of its length.
  const at = cniConfig.search(/"ipam"\s*:\s*\{/);
  const type = at < 0 ? undefined : /"type"\s*:\s*"([^"]+)"/.exec(cniConfig.slice(at))?.[1];
  // The first "type" behind an ipam that has none is the plugin's own.
  return type === "calico" ? undefined : type;
}
