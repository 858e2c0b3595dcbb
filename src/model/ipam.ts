/**
 * ipam.type of a CNI configuration (`host-local`, `calico-ipam`, another plugin); undefined when there is
 * none. The text is a template with placeholders and often no JSON (`"mtu": __CNI_MTU__`), so the field
 * is looked for in the text.
 */
export function ipamType(cniConfig: string): string | undefined {
  const type = /"ipam"\s*:\s*\{[\s\S]*?"type"\s*:\s*"([^"]+)"/.exec(cniConfig)?.[1];
  // The first "type" behind an ipam that has none is the plugin's own.
  return type === "calico" ? undefined : type;
}
