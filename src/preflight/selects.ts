/**
 * Whether a selector of Calico's selects these labels, for the forms that people write for host endpoints:
 * all(), nothing, has(KEY), KEY == 'VALUE', joined by &&. "unknown" for every other one.
 */
export function selects(
  selector: string | undefined,
  labels: Readonly<Record<string, string>>,
): boolean | "unknown" {
  const parts = (selector ?? "").split("&&").map((part) => term(part.trim(), labels));
  if (parts.includes(false)) return false;
  return parts.includes("unknown") ? "unknown" : true;
}

const key = "([A-Za-z0-9_./-]+)";
const has = new RegExp(`^has\\(\\s*${key}\\s*\\)$`);
const equals = new RegExp(`^${key}\\s*==\\s*(?:'([^']*)'|"([^"]*)")$`);

function term(text: string, labels: Readonly<Record<string, string>>): boolean | "unknown" {
  if (text === "" || /^all\(\s*\)$/.test(text)) return true;
  const there = has.exec(text)?.[1];
  if (there !== undefined) return there in labels;
  const found = equals.exec(text);
  if (found === null) return "unknown";
  return labels[found[1] ?? ""] === (found[2] ?? found[3] ?? "");
}
