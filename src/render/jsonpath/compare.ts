import { byBytes } from "../go/print.ts";
import { pathError } from "./node.ts";
import type { TemplateValue } from "./value.ts";

/** Whether `left OPERATOR right` holds, by the rules of Go's templates: no type becomes another. */
export function compare(left: TemplateValue, operator: string, right: TemplateValue): boolean {
  switch (operator) {
    case "<":
      return less(left, right);
    case ">":
      return !less(left, right) && !equal(left, right);
    case "==":
      return equal(left, right);
    case "!=":
      return !equal(left, right);
    case "<=":
      return less(left, right) || equal(left, right);
    case ">=":
      return !less(left, right);
    default:
      throw pathError(`unrecognized filter operator ${operator}`);
  }
}

function equal(left: TemplateValue, right: TemplateValue): boolean {
  comparable(left, right);
  return left.json === right.json;
}

function less(left: TemplateValue, right: TemplateValue): boolean {
  if (comparable(left, right) === "bool") throw pathError("invalid type for comparison");
  if (typeof left.json === "string" && typeof right.json === "string")
    return byBytes(left.json, right.json) < 0;
  return Number(left.json) < Number(right.json);
}

/** The kind that both are of; integers of any size and sign are one kind. */
function comparable(left: TemplateValue, right: TemplateValue): string {
  const kinds = [kindOf(left), kindOf(right)] as const;
  if (kinds[0] !== kinds[1]) throw pathError("incompatible types for comparison");
  return kinds[0];
}

function kindOf({ type }: TemplateValue): string {
  switch (type) {
    case "int64":
    case "int":
    case "uint8":
      return "integer";
    case "bool":
    case "string":
    case "float64":
      return type;
    case "nil":
    case "map":
    case "list":
    case "invalid":
      throw pathError("invalid type for comparison");
  }
}
