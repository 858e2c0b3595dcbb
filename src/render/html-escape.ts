import { jsonEscaped, visible } from "../model/visible.ts";
const marks: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text inside an element or an attribute's quotes. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (mark) => marks[mark] ?? mark);
}

/** JSON inside a script element: nothing in it can end the element or begin a comment. */
export function jsonForScript(value: unknown): string {
  return jsonEscaped(JSON.stringify(value)).replace(
    /[<>&]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
