/** Whom a fault hits: in jq for a Stage's choice of pods, in a template for the containers within. */

export type Scope = {
  readonly node?: string;
  /** Part of the image's name, such as `calico/node:v3.30`. */
  readonly image?: string;
  readonly container?: string;
  readonly namespace?: string;
  /** Also containers that run already, and not only those that start from now on. */
  readonly running?: boolean;
};

/** jq on a pod. */
export function podConditions({ node, namespace }: Scope): string[] {
  return [
    ...(node === undefined ? [] : [`.spec.nodeName == ${JSON.stringify(node)}`]),
    ...(namespace === undefined ? [] : [`.metadata.namespace == ${JSON.stringify(namespace)}`]),
  ];
}

/** jq on a container's status. */
export function containerCondition({ image, container }: Scope): string {
  return (
    [
      ...(image === undefined ? [] : [`(.image | contains(${JSON.stringify(image)}))`]),
      ...(container === undefined ? [] : [`.name == ${JSON.stringify(container)}`]),
    ].join(" and ") || "true"
  );
}

/** A template's condition on a container's status, together with another one. */
export function hit({ image, container }: Scope, condition: string): string {
  const parts = [
    ...(image === undefined ? [] : [`(contains ${JSON.stringify(image)} .image)`]),
    ...(container === undefined ? [] : [`(eq .name ${JSON.stringify(container)})`]),
  ];
  return ["and", ...parts, condition, "true"].join(" ");
}
