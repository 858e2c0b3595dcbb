/** How the page looks: light and dark, on a screen and on paper. What differs by colour also says so in words. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d9dee5; --paper: #fff; --band: #f4f6f8;
  --pull: #3b6fb5; --before: #a7b0bc; --gap: #d9570d; --after: #2f8f83; --open: #7c5cc4; --bad: #b3261e; --bad-band: #fdeceb; --plus: #1f7a4d; --minus: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #a3adba; --line: #333b46; --paper: #14181d; --band: #1d232a;
  --pull: #7da7e0; --before: #66717f; --gap: #f5833c; --after: #45b3a4; --open: #a98cf0; --bad: #ff8a80; --bad-band: #3a1d1b; --plus: #6fd39d; --minus: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.25rem; max-width: 80rem; font: 15px/1.5 system-ui, "Open Sans", sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .4rem; }
code, pre { font: .92em/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
.say, .state { color: var(--soft); margin: .2rem 0 .5rem; }
.state { font-size: 1.05rem; } .state.unfinished { color: var(--bad); font-weight: 600; }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; list-style: none; padding: 0; margin: 1rem 0 1.25rem; }
.tiles li { border: 1px solid var(--line); border-radius: 8px; padding: .5rem .9rem; color: var(--soft); background: var(--band); min-width: 7.5rem; }
.tiles b { display: block; font-size: 1.35rem; line-height: 1.3; color: var(--ink); font-variant-numeric: tabular-nums; }
.tiles .bad { border-color: var(--bad); } .tiles .bad b { color: var(--bad); }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .15rem 1.25rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; } thead th { color: var(--soft); font-size: .85rem; font-weight: 600; border-bottom: 1px solid var(--line); }
th, td { padding: .2rem 1rem .2rem 0; vertical-align: top; overflow-wrap: anywhere; }
.list td { border-bottom: 1px solid var(--line); } .list td:first-child { white-space: nowrap; overflow-wrap: normal; max-width: 24rem; overflow: hidden; text-overflow: ellipsis; }
.number { text-align: right; white-space: nowrap; }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: .25rem 0 .75rem; color: var(--soft); font-size: .9rem; }
.key li { display: inline-flex; align-items: center; gap: .45rem; } .key i { width: 1.1rem; height: .7rem; border-radius: 2px; }
.key .limit { width: 0; height: 1rem; border-left: 2px dashed var(--bad); border-radius: 0; }
i.pull { background: var(--pull); } i.before { background: var(--before); } i.gap { background: var(--gap); } i.after { background: var(--after); }
i.open { background: repeating-linear-gradient(135deg, var(--open) 0 4px, transparent 4px 7px); }
.time th, .time td { padding-top: .1rem; padding-bottom: .1rem; vertical-align: middle; }
.time tbody th { font-weight: 400; white-space: nowrap; max-width: 18rem; overflow: hidden; text-overflow: ellipsis; overflow-wrap: normal; }
.time tbody td:nth-child(2) { white-space: nowrap; color: var(--soft); }
.time td:last-child { color: var(--soft); font-size: .9rem; min-width: 9rem; }
.time tbody tr:nth-child(even) { background: var(--band); }
.time .bar { position: relative; width: 50%; min-width: 14rem; padding: 0; }
.time thead th { white-space: nowrap; } .time thead .bar { height: 1.6rem; font-weight: 400; }
.time thead .bar span { position: absolute; bottom: .1rem; transform: translateX(-50%); white-space: nowrap; }
.time td.bar i { position: absolute; top: 22%; height: 56%; min-width: 2px; }
.time td.bar i.cut { -webkit-mask-image: linear-gradient(90deg, #000 85%, transparent); mask-image: linear-gradient(90deg, #000 85%, transparent); }
.time.limited td.bar::after { content: ""; position: absolute; top: 0; bottom: 0; left: var(--limit); border-left: 2px dashed var(--bad); opacity: .75; }
.time .pulled { white-space: nowrap; } .time .pulled span { display: inline-block; width: 4rem; margin-right: .5rem; } .time .pulled i { display: block; height: .55em; min-width: 2px; border-radius: 2px; }
.time td.number { padding-left: 1rem; }
tr.bad > th, tr.bad > td, tr.bad td:last-child { color: var(--bad); font-weight: 600; }
.time tbody tr.bad { background: var(--bad-band); }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 0 3rem; align-items: start; }
.share th { font-weight: 400; white-space: nowrap; } .share .bar { width: 60%; padding-right: 1rem; }
.share td.bar i { display: block; height: .8rem; margin-top: .35rem; border-radius: 0 2px 2px 0; min-width: 0; }
.share tr.bad i { background: var(--bad); }
.diff { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--band); padding: .75rem 1rem; margin: .75rem 0; }
.plus { color: var(--plus); } .minus { color: var(--minus); } .at { color: var(--soft); }
@media (max-width: 48rem) { body { padding: .9rem; } .time { display: block; overflow-x: auto; } dl { grid-template-columns: minmax(0, 1fr); } dd { margin-bottom: .35rem; } .two { grid-template-columns: minmax(0, 1fr); } }
@media print {
  :root { color-scheme: light; --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --band: #f4f6f8; --pull: #3b6fb5; --before: #a7b0bc; --gap: #d9570d;
    --after: #2f8f83; --open: #7c5cc4; --bad: #b3261e; --bad-band: #fdeceb; --plus: #1f7a4d; --minus: #b3261e; }
  @page { margin: 12mm; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  h2 { break-after: avoid; } tr, .tiles li { break-inside: avoid; } thead { display: table-header-group; }
  .time .bar { min-width: 8rem; } .diff { white-space: pre-wrap; overflow-wrap: anywhere; }
}
`;
