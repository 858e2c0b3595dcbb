/**
 * What the API server makes of a strategic merge patch, in the few rules that a pod template needs. Written
 * from the description in the API conventions, not from the code under test.
 */
type Value = unknown;
type Fields = Readonly<Record<string, Value>>;

const keys: Readonly<Record<string, string>> = {
  containers: "name",
  initContainers: "name",
  env: "name",
  volumes: "name",
  volumeMounts: "mountPath",
};

export function serverMerge(live: Value, patch: Value): Value {
  if (!isFields(patch)) return patch;
  const result: Record<string, Value> = isFields(live) ? { ...live } : {};
  const retained = patch["$retainKeys"];
  for (const [field, value] of Object.entries(patch)) {
    if (field.startsWith("$")) continue;
    if (value === null) delete result[field];
    else if (keys[field] !== undefined && Array.isArray(value) && Array.isArray(result[field])) {
      result[field] = mergeElements(result[field], value, keys[field]);
    } else result[field] = Array.isArray(value) ? value : serverMerge(result[field], value);
  }
  for (const [directive, order] of Object.entries(patch)) {
    const field = directive.replace("$setElementOrder/", "");
    const key = keys[field];
    if (directive === field || key === undefined || !Array.isArray(result[field])) continue;
    result[field] = ordered(result[field], order as readonly Fields[], key);
  }
  if (!Array.isArray(retained)) return result;
  return Object.fromEntries(Object.entries(result).filter(([field]) => retained.includes(field)));
}

function mergeElements(live: readonly Fields[], patch: readonly Fields[], key: string): readonly Value[] {
  const result: Value[] = [...live];
  for (const element of patch) {
    const at = result.findIndex((other) => (other as Fields)[key] === element[key]);
    if (element["$patch"] === "delete") {
      if (at !== -1) result.splice(at, 1);
    } else if (at === -1) result.push(serverMerge(undefined, element));
    else result[at] = serverMerge(result[at], element);
  }
  return result;
}

/** The named ones in the order asked for; the others keep their place before the one they stood before. */
function ordered(list: readonly Fields[], order: readonly Fields[], key: string): readonly Fields[] {
  const wanted = order.flatMap((entry) => list.filter((element) => element[key] === entry[key]));
  const result = [...wanted];
  for (const element of list.filter((other) => !wanted.includes(other))) {
    const behind = list.slice(list.indexOf(element) + 1);
    const before = result.findIndex((other) => behind.includes(other));
    result.splice(before === -1 ? result.length : before, 0, element);
  }
  return result;
}

export function isFields(value: Value): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
