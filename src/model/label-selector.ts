import { listOf, recordOf } from "./record.ts";
/** One condition on labels; all of a selector's conditions must hold. `matchLabels` are In with one value. */
export interface Requirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values: readonly string[];
}

/** The empty selector selects everything. */
export type LabelSelector = readonly Requirement[];

export type Labels = Readonly<Record<string, string>>;

/** The words a reader of raw fields reports what it does not understand with. */
export type Refuse = (why: string) => void;

/**
 * Reads metav1.LabelSelector; null and {} are the empty selector. What the API does not define
 * (another operator, another field) is told to `refuse`, because leaving it out would change the meaning.
 */
export function labelSelector(raw: unknown, refuse: Refuse): LabelSelector {
  if (raw === null || raw === undefined) return [];
  const fields = recordOf(raw);
  if (fields === undefined) {
    refuse("a selector that is not an object");
    return [];
  }
  refuseOthers(fields, ["matchLabels", "matchExpressions"], "selector", refuse);
  const labels = Object.entries(recordOf(fields["matchLabels"]) ?? {}).map(([key, value]): Requirement => ({
    key,
    operator: "In",
    values: [String(value)],
  }));
  const expressions = listOf(fields["matchExpressions"]).map((each): Requirement => {
    const { key, operator, values } = (recordOf(each) ?? {}) as {
      readonly key?: string;
      readonly operator?: string;
      readonly values?: readonly string[] | null;
    };
    const given = values ?? [];
    const needsValues = operator === "In" || operator === "NotIn";
    if (!isOperator(operator)) refuse(`the operator ${JSON.stringify(operator)}`);
    else if (needsValues !== given.length > 0) {
      refuse(`the operator ${operator} ${needsValues ? "without" : "with"} values`);
    }
    return { key: key ?? "", operator: isOperator(operator) ? operator : "Exists", values: given };
  });
  return [...labels, ...expressions];
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors */
export function selects(selector: LabelSelector, labels: Labels): boolean {
  return selector.every(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case "In":
        return value !== undefined && values.includes(value);
      case "NotIn":
        // An object without the key is selected too.
        return value === undefined || !values.includes(value);
      case "Exists":
        return value !== undefined;
      case "DoesNotExist":
        return value === undefined;
    }
  });
}

/** The same text for selectors that select the same by their conditions, whatever their order. */
export function selectorKey(selector: LabelSelector): string {
  return selector
    .map(({ key, operator, values }) => JSON.stringify([key, operator, ...values.toSorted()]))
    .sort()
    .join(" ");
}

export function refuseOthers(
  fields: Readonly<Record<string, unknown>>,
  known: readonly string[],
  what: string,
  refuse: Refuse,
): void {
  for (const [name, value] of Object.entries(fields)) {
    if (!known.includes(name) && value !== null && value !== undefined)
      refuse(`the ${what} field ${JSON.stringify(name)}`);
  }
}

function isOperator(text: string | undefined): text is Requirement["operator"] {
  return text === "In" || text === "NotIn" || text === "Exists" || text === "DoesNotExist";
}
