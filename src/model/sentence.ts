/** Lower case wherever they stand. */
const names = new Set(["calicoctl", "crictl", "etcd", "etcdctl", "helm", "kubectl", "flannel"]);
/** Upper case wherever they stand. */
const proper = new Set(["Calico", "Calico's", "Felix", "Helm", "Kubernetes", "Kubernetes'", "Typha"]);

/**
 * A phrase as a sentence begins. Only a plain word takes a capital: releases (`v3.27.5`), commands
 * (`kubectl`, `calico-node`) and fields (`interfaceName`) are written as they are typed.
 */
export function sentence(text: string): string {
  const [first = ""] = text.split(/[\s,:;]/, 1);
  return /^[a-z]+('s)?$/.test(first) && !names.has(first.replace("'s", ""))
    ? text.charAt(0).toUpperCase() + text.slice(1)
    : text;
}

/** A sentence as a phrase, without its full stop. */
export function phrase(text: string): string {
  const [first = ""] = text.split(/[\s,:;]/, 1);
  const bare = text.replace(/\.$/, "");
  return /^[A-Z][a-z]*$/.test(first) && !proper.has(first)
    ? bare.charAt(0).toLowerCase() + bare.slice(1)
    : bare;
}
