/** `250m` is 250, `1` and `"1"` are 1000, `0.5` is 500 thousandths of a core; undefined: no quantity of CPU. */
export function milliCpu(quantity: unknown): number | undefined {
  if (typeof quantity === "number") return quantity * 1000;
  const [, digits = "", unit = ""] =
    typeof quantity === "string" ? (/^(\d+(?:\.\d+)?)(m?)$/.exec(quantity) ?? []) : [];
  return digits === "" ? undefined : Number(digits) * (unit === "m" ? 1 : 1000);
}
