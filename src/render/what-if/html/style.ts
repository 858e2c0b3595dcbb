/** How the page looks: light and dark, wide and narrow. Changes differ by sign and border, not only by colour. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d5dae1; --paper: #fff; --band: #f4f6f8;
  --lost: #b3261e; --lost-ink: #fff; --gained: #ffc94d; --gained-ink: #3b2a00; --unknown: #e6e0f5; --unknown-ink: #43307c;
  --all: #3d8b5f; --focus: #1a5fd0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #a3adba; --line: #3a424d; --paper: #14181d; --band: #1d232a;
  --lost: #e5685f; --lost-ink: #1a0605; --gained: #e0a92b; --gained-ink: #1f1600; --unknown: #3a2f5c; --unknown-ink: #ddd2ff;
  --all: #58b981; --focus: #7db0ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 110rem; font: 15px/1.5 system-ui, "Open Sans", sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 .75rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .15rem 1rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
dd p { margin: 0; }
.say { color: var(--soft); margin: .25rem 0; }
.tools { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; margin: .5rem 0; }
fieldset { border: 0; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
legend { float: left; padding: 0; margin-right: .5rem; color: var(--soft); line-height: 2rem; }
label { display: inline-flex; gap: .35rem; align-items: center; min-height: 2rem; cursor: pointer; }
input { accent-color: var(--focus); width: 1.05rem; height: 1.05rem; margin: 0; }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; list-style: none; padding: 0; margin: .25rem 0 .75rem; color: var(--soft); font-size: .9rem; }
.key li { display: inline-flex; align-items: center; gap: .4rem; }
.work { display: grid; grid-template-columns: minmax(0, 1fr) 22rem; gap: 1rem; align-items: start; }
.scroll { overflow: auto; max-height: 80vh; border: 1px solid var(--line); border-radius: 6px; width: fit-content; max-width: 100%; }
table { border-collapse: separate; border-spacing: 0; }
.grid th, .grid td { padding: 0; border-right: 1px solid var(--line); border-bottom: 1px solid var(--line); background: var(--paper); }
.grid thead th { position: sticky; top: 0; z-index: 2; vertical-align: bottom; background: var(--band); }
.grid thead th:first-child { left: 0; z-index: 3; padding: .4rem .6rem; font-weight: 400; color: var(--soft); text-align: left; font-size: .85rem; min-width: 8rem; }
.grid tbody th { position: sticky; left: 0; z-index: 1; background: var(--band); text-align: left; font-weight: 400; }
.grid tr.space > th, .grid th.space { font-weight: 600; }
.head { font: inherit; color: inherit; background: none; border: 0; margin: 0; cursor: pointer; display: flex; align-items: center; gap: .35rem; text-align: left; }
tbody .head { padding: 0 .6rem; width: 100%; min-height: 2rem; }
thead .head { padding: .6rem 0; width: 2.1rem; max-height: 11rem; min-height: 5rem; writing-mode: vertical-rl; transform: rotate(180deg); }
.head.class { cursor: default; color: var(--soft); font-size: .88rem; }
tbody .head.class { padding-left: 1.9rem; }
.head b { font-weight: inherit; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 16rem; }
thead .head b { max-width: none; max-height: 9rem; }
.head .more { flex: none; width: .9em; color: var(--soft); font-weight: 400; font-family: ui-monospace, monospace; }
thead .head .more { width: auto; }
.cell { width: 2.1rem; height: 2rem; min-width: 2.1rem; text-align: center; font-weight: 700; font-size: 1.05rem; line-height: 1; cursor: pointer; }
.dot { display: inline-block; width: .7rem; height: .7rem; border-radius: 50%; border: 1.5px solid var(--all); vertical-align: middle; forced-color-adjust: none; }
.dot.all { background: var(--all); }
.dot.some { background: linear-gradient(90deg, var(--all) 50%, transparent 50%); }
.dot.none { border-color: var(--soft); opacity: .65; }
.grid td.lost, .sign.lost { background: var(--lost); color: var(--lost-ink); }
.grid td.gained, .sign.gained { background: var(--gained); color: var(--gained-ink); }
.grid td.both, .sign.both { background: linear-gradient(135deg, var(--lost) 50%, var(--gained) 50%); color: #000; }
.chip { display: inline-grid; place-items: center; width: 1.15rem; height: 1.15rem; border-radius: 50%; background: #fff; color: #000; }
.cell small { font-size: .75rem; vertical-align: super; }
.grid td.unknown, .sign.unknown { background: var(--unknown); color: var(--unknown-ink); box-shadow: inset 0 0 0 2px var(--paper), inset 0 0 0 3px var(--unknown-ink); }
.grid td.skip { background: repeating-linear-gradient(135deg, var(--band) 0 4px, transparent 4px 8px); cursor: default; }
.sign { display: inline-grid; place-items: center; width: 1.5rem; height: 1.4rem; font-weight: 700; border-radius: 3px; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: -3px; }
.grid .at { box-shadow: inset 0 0 0 2px var(--focus); }
.why { position: sticky; top: 1rem; border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; background: var(--band); overflow-wrap: anywhere; }
.why h3 { margin: 0 0 .4rem; font-size: 1rem; } .why p { margin: .3rem 0; } .why ul { margin: .3rem 0; padding-left: 1.1rem; }
.why dl { gap: 0 .75rem; }
.list { overflow-x: auto; max-width: 100%; }
.list table { width: 100%; } .list caption { text-align: left; color: var(--soft); padding: .25rem 0; }
.list th { text-align: left; font-weight: 600; color: var(--soft); font-size: .85rem; }
.list th, .list td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; min-width: 4.5rem; }
.list td:last-child { min-width: 12rem; }
kbd { border: 1px solid var(--line); border-radius: 3px; padding: 0 .3em; font: .85em ui-monospace, monospace; background: var(--band); }
@media (max-width: 60rem) {
  .work { grid-template-columns: minmax(0, 1fr); }
  .why { position: sticky; top: auto; bottom: 0; z-index: 5; max-height: 38vh; overflow: auto; margin: 0 -1rem; border-radius: 10px 10px 0 0; border-width: 1px 0 0; box-shadow: 0 -4px 16px rgb(0 0 0 / .18); }
  .scroll { max-height: 62vh; }
}
@media (max-width: 40rem) {
  body { font-size: 16px; } body > dl { grid-template-columns: minmax(0, 1fr); } body > dl > dd { margin-bottom: .4rem; }
  .why { font-size: 15px; padding: .5rem 1rem; max-height: 34vh; } .why p, .why ul { margin: .15rem 0; }
  .grid thead .head { min-height: 4rem; max-height: 8rem; } .grid thead .head b { max-height: 6.5rem; }
  .cell, thead .head { width: 2.5rem; min-width: 2.5rem; } .cell, tbody .head { height: 2.5rem; min-height: 2.5rem; }
  .head b { max-width: 6.5rem; } .grid thead th:first-child { min-width: 6rem; }
  .keys { display: none; }
  .list thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .list table, .list tbody, .list tr, .list td { display: block; }
  .list tr { border: 1px solid var(--line); border-radius: 6px; padding: .5rem .75rem; margin: .5rem 0; }
  .list td { border: 0; padding: .1rem 0; } .list td::before { content: attr(data-head) ": "; color: var(--soft); }
}
@media print { .tools, .why { display: none; } .scroll { max-height: none; overflow: visible; } }
`;
