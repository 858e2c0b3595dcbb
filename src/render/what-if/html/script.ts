/**
 * The page's program: draws the matrix from the data beside it, opens namespaces to classes, and says why.
 * It writes text only (textContent), so that no name of a cluster is ever read as markup.
 */
export const script = String.raw`
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const table = document.getElementById("matrix");
const why = document.getElementById("why");
const onlyChanges = document.getElementById("only");
const starts = [];
let total = 0;
for (const space of data.spaces) { starts.push(total); total += space.classes.length; }
const decoded = {};
for (const name of Object.keys(data.cells)) {
  decoded[name] = data.cells[name].map((row) => row.split(",").flatMap((run) => {
    const [kind, count] = run.split("x");
    return Array(Number(count ?? 1)).fill(Number(kind));
  }));
}
const open = { rows: new Set(), columns: new Set() };
let scenario = "without";
let grid = [];
let at = { row: 0, column: 0 };
const levels = ["none", "some", "all", "unknown"];
const levelWords = ["closed", "some ports open", "open", "not known"];

function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A namespace, and its classes behind it when it is open. */
function linesOf(opened, visible) {
  return data.spaces.flatMap((space, place) => {
    if (!visible(place)) return [];
    const from = starts[place];
    const to = from + space.classes.length;
    const whole = { place, from, to, text: space.name, single: space.classes.length === 1 };
    if (!opened.has(place)) return [whole];
    return [whole, ...space.classes.map((each, index) => ({
      place, from: from + index, to: from + index + 1, text: each.label, pods: each.pods, isClass: true,
    }))];
  });
}

function summed(row, column) {
  const found = { before: new Set(), after: new Set(), lost: 0, gained: 0, unknown: 0, pairs: 0, changed: 0, why: new Set(), one: undefined };
  for (let from = row.from; from < row.to; from += 1) {
    for (let to = column.from; to < column.to; to += 1) {
      const kind = data.kinds[decoded[scenario][from][to]];
      if (kind.before < 0) continue;
      found.pairs += 1;
      found.before.add(kind.before);
      found.after.add(kind.after);
      if (kind.lost) found.lost += 1;
      if (kind.gained) found.gained += 1;
      if (kind.unknown) found.unknown += 1;
      if (kind.lost || kind.gained || kind.unknown) found.changed += 1;
      for (const each of kind.why) found.why.add(each);
      found.one = kind;
    }
  }
  return found;
}

function level(set) {
  if (set.size === 1) return [...set][0];
  return set.has(3) ? 3 : 1;
}

function look(sum) {
  if (sum.pairs === 0) return { name: "skip", sign: "", text: "not looked at" };
  if (sum.lost && sum.gained) return { name: "both", sign: "\u00b1", text: "closes and opens" };
  if (sum.lost) return { name: "lost", sign: "\u2212", text: "closes" };
  if (sum.gained) return { name: "gained", sign: "+", text: "opens" };
  if (sum.unknown) return { name: "unknown", sign: "?", text: "not known" };
  const after = level(sum.after);
  return { name: levels[after], dot: true, text: "stays " + levelWords[after] };
}

function changes(place) {
  const whole = { from: starts[place], to: starts[place] + data.spaces[place].classes.length };
  const everything = { from: 0, to: total };
  return summed(whole, everything).changed + summed(everything, whole).changed > 0;
}

function draw() {
  const shown = onlyChanges.checked ? data.spaces.map((_, place) => changes(place)) : undefined;
  const visible = (place) => shown === undefined || shown[place];
  const rows = linesOf(open.rows, visible);
  const columns = linesOf(open.columns, visible);
  const headOf = (line, opened, scope, index) => {
    const space = data.spaces[line.place];
    const isOpen = opened.has(line.place);
    const pods = line.pods ? " (" + line.pods + (line.pods === 1 ? " pod)" : " pods)") : "";
    const button = make("button", {
      type: "button", class: "head" + (line.isClass ? " class" : ""), tabindex: "-1", title: line.isClass ? space.name + ": " + line.text + pods : line.text,
      "aria-expanded": line.isClass || line.single ? undefined : String(isOpen),
    });
    if (!line.isClass) button.append(make("span", { class: "more", "aria-hidden": "true" }, line.single ? " " : isOpen ? "\u2013" : "+"));
    button.append(make("b", {}, line.text));
    button.dataset.index = String(index);
    button.dataset.side = scope;
    return make("th", { scope, class: line.isClass ? undefined : "space" }, button);
  };
  const body = rows.map((row, r) => {
    const cells = columns.map((column, c) => {
      const sum = summed(row, column);
      const { name, sign, dot, text } = look(sum);
      const cell = make("td", {
        class: "cell " + (dot ? "" : name), tabindex: "-1",
        "aria-label": "from " + nameOf(row) + " to " + nameOf(column) + ": " + text + (sum.unknown && name !== "unknown" ? ", some not known" : ""),
      });
      if (dot) cell.append(make("span", { class: "dot " + name }));
      else if (name === "both") cell.append(make("span", { class: "chip" }, sign));
      else if (sign) cell.append(sign);
      if (sum.unknown && name !== "unknown") cell.append(make("small", {}, "?"));
      cell.dataset.row = String(r);
      cell.dataset.column = String(c);
      return cell;
    });
    return make("tr", { class: row.isClass ? undefined : "space" }, headOf(row, open.rows, "row", r), ...cells);
  });
  const head = make("tr", {}, make("th", {}, "from \u2193  to \u2192"), ...columns.map((column, c) => headOf(column, open.columns, "col", c)));
  table.querySelector("thead").replaceChildren(head);
  table.querySelector("tbody").replaceChildren(...body);
  grid = [[...head.querySelectorAll("button")], ...body.map((row) => [row.querySelector("button"), ...row.querySelectorAll("td")])];
  grid[0].unshift(null);
  grid.rows = rows;
  grid.columns = columns;
  document.getElementById("nothing").hidden = rows.length > 0;
  at = { row: Math.min(at.row, grid.length - 1), column: Math.min(at.column, grid[0].length - 1) };
  if (!grid[at.row][at.column]) at = { row: Math.min(1, grid.length - 1), column: Math.min(1, grid[0].length - 1) };
  grid[at.row][at.column]?.setAttribute("tabindex", "0");
}

function nameOf(line) {
  const space = data.spaces[line.place];
  return line.isClass ? space.name + " " + line.text : line.text;
}

function line(term, text) { return [make("dt", {}, term), make("dd", {}, text)]; }

function explain(row, column) {
  const sum = summed(row, column);
  const parts = [make("h3", {}, nameOf(row) + " \u2192 " + nameOf(column))];
  if (sum.pairs === 0) parts.push(make("p", {}, "Nothing is said about this: neither end is a pod that was asked about."));
  else {
    const list = make("dl", {}, ...line("Now", levelWords[level(sum.before)]), ...line("Then", levelWords[level(sum.after)]));
    if (sum.pairs === 1) {
      const kind = sum.one;
      if (kind.lost) list.append(...line("Closes", kind.lost));
      if (kind.gained) list.append(...line("Opens", kind.gained));
      if (kind.unknown) list.append(...line("Not known", kind.unknown));
      if (kind.open) list.append(...line("Open then", kind.open));
    } else if (sum.changed) {
      list.append(...line("Changes", sum.changed + " of " + sum.pairs + " pairs of classes"));
    }
    parts.push(list);
    if (sum.why.size) {
      const all = [...sum.why];
      parts.push(make("p", {}, "Because:"), make("ul", {}, ...all.slice(0, 8).map((each) => make("li", {}, data.reasons[each]))));
      if (all.length > 8) parts.push(make("p", {}, "and " + (all.length - 8) + " more reasons: open the classes"));
    }
    const closed = (row.isClass || row.single) && (column.isClass || column.single);
    if (!closed) parts.push(make("p", { class: "say" }, matchMedia("(hover: none)").matches ? "Touch it again to open the classes." : "Enter or a click opens the classes."));
  }
  why.replaceChildren(...parts);
}

function describe(element) {
  for (const marked of table.querySelectorAll(".at")) marked.classList.remove("at");
  const cell = element?.closest?.("td");
  if (!cell) return;
  cell.classList.add("at");
  explain(grid.rows[Number(cell.dataset.row)], grid.columns[Number(cell.dataset.column)]);
}

function toggle(set, line) {
  if (line.single) return;
  if (set.has(line.place)) set.delete(line.place);
  else set.add(line.place);
}

/** The same cell in the table drawn anew: what was opened before it has moved it. */
function redraw(row, column) {
  draw();
  const find = (lines, wanted) => wanted && lines.findIndex((each) => each.place === wanted.place && each.from === wanted.from && !each.isClass === !wanted.isClass);
  const r = find(grid.rows, row), c = find(grid.columns, column);
  move(row === undefined ? 0 : Math.max(r, 0) + 1, column === undefined ? 0 : Math.max(c, 0) + 1);
}

function act(element) {
  const head = element.closest("button.head");
  if (head) {
    const lines = head.dataset.side === "row" ? grid.rows : grid.columns;
    const line = lines[Number(head.dataset.index)];
    if (line.isClass) return;
    toggle(head.dataset.side === "row" ? open.rows : open.columns, line);
    redraw(head.dataset.side === "row" ? line : undefined, head.dataset.side === "row" ? undefined : line);
    return;
  }
  const cell = element.closest("td");
  if (!cell) return;
  const row = grid.rows[Number(cell.dataset.row)], column = grid.columns[Number(cell.dataset.column)];
  if (row.isClass && column.isClass) return;
  const both = (row.single || open.rows.has(row.place)) && (column.single || open.columns.has(column.place));
  for (const [set, line] of [[open.rows, row], [open.columns, column]]) {
    if (line.single) continue;
    if (both) set.delete(line.place);
    else set.add(line.place);
  }
  redraw(row, column);
}

function move(row, column) {
  const target = grid[Math.max(0, Math.min(row, grid.length - 1))]?.[Math.max(0, Math.min(column, grid[0].length - 1))];
  if (!target) return;
  grid[at.row]?.[at.column]?.setAttribute("tabindex", "-1");
  at = { row: Math.max(0, Math.min(row, grid.length - 1)), column: Math.max(0, Math.min(column, grid[0].length - 1)) };
  target.setAttribute("tabindex", "0");
  target.focus({ preventScroll: false });
  describe(target);
}

function placeOf(element) {
  const target = element.closest("td, button.head");
  for (const [row, cells] of grid.entries()) {
    const column = cells.indexOf(target);
    if (column >= 0) return { row, column };
  }
  return at;
}

table.addEventListener("mouseover", (event) => describe(event.target));
table.addEventListener("focusin", (event) => describe(event.target));
table.addEventListener("click", (event) => { 
  const place = placeOf(event.target);
  const touched = event.target.closest("td");
  // A finger has no hover: the first touch says why, the second one opens.
  const first = matchMedia("(hover: none)").matches && touched && !(at.row === place.row && at.column === place.column && touched.classList.contains("told"));
  move(place.row, place.column);
  if (first) { for (const each of table.querySelectorAll(".told")) each.classList.remove("told"); touched.classList.add("told"); return; }
  act(event.target);
});
table.addEventListener("keydown", (event) => {
  const { row, column } = placeOf(event.target);
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const step = steps[event.key];
  if (step) move(row + step[0], column + step[1]);
  else if (event.key === "Home") move(row, 1);
  else if (event.key === "End") move(row, grid[0].length - 1);
  else if (event.key === "PageUp") move(1, column);
  else if (event.key === "PageDown") move(grid.length - 1, column);
  else if (event.key === "Enter" || event.key === " ") act(event.target);
  else if (event.key === "Escape") { open.rows.clear(); open.columns.clear(); draw(); move(1, 1); }
  else return;
  event.preventDefault();
});
for (const input of document.querySelectorAll("input[name=scenario]")) {
  input.addEventListener("change", () => { scenario = input.value; draw(); describe(grid[at.row]?.[at.column]); });
}
onlyChanges.addEventListener("change", draw);
draw();
`;
