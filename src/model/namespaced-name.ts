/** NAMESPACE/NAME of an object, /NAME of one without a namespace. */
export function keyOf({
  namespace = "",
  name,
}: {
  readonly namespace?: string;
  readonly name: string;
}): string {
  return `${namespace}/${name}`;
}
