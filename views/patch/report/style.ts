/** The page's only style sheet. Colours are told apart by place, label and hatching too; text has a contrast of 4.5 at least. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --ground: #fff; --raised: #f5f6f8; --text: #1a1d21; --soft: #565d66; --line: #d5d9df;
  --link: #0b57c2; --fixed: #13795b; --closed: #2b66b8; --gone: #8a919b; --remaining: #b54708; --unverified: #5f6672;
  --hatch: #848b97; --new: #7a3fc4; --on: #fff; --bad: #b42318; --good: #13795b; --warn: #8f5b00; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171b; --raised: #1e2228; --text: #e8eaed; --soft: #a9b0ba; --line: #3a4049; --link: #8ab4f8;
    --fixed: #4cc79a; --closed: #7fb0f5; --gone: #8a919b; --remaining: #f59a4c; --unverified: #aab1bc; --hatch: #7d8591;
    --new: #c39bf5; --on: #14171b; --bad: #ff8a80; --good: #4cc79a; --warn: #e8b54a; }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
header, main, footer { max-width: 1400px; margin: 0 auto; padding: 0 20px; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 28px 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 40px 0 10px; padding-top: 10px; border-top: 1px solid var(--line); }
h2 small, .soft, caption { color: var(--soft); font-weight: 400; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
section:focus { outline: none; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 8px; top: 8px; background: var(--ground); padding: 8px; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; padding: 0; margin: 14px 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 14px 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 20px 0; padding: 0; list-style: none; }
.tiles li { background: var(--raised); border-radius: 8px; padding: 12px 14px; border-left: 4px solid var(--line); }
.tiles b { display: block; font-size: 1.7rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles small { display: block; color: var(--soft); min-height: 1.5em; }
.tiles .fixed { border-color: var(--fixed); } .tiles .remaining { border-color: var(--remaining); }
.tiles .unverified { border-color: var(--unverified); } .tiles .new { border-color: var(--new); } .tiles .after { border-color: var(--bad); }
.scroll { overflow-x: auto; margin: 10px 0 18px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
caption { text-align: left; padding: 4px 0 6px; }
th, td { text-align: left; vertical-align: top; padding: 5px 10px; border-bottom: 1px solid var(--line); }
thead th { background: var(--raised); white-space: nowrap; }
thead th.number { text-align: right; }
tbody th { font-weight: 600; white-space: nowrap; }
tr.sum th, tr.sum td { border-top: 2px solid var(--soft); font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.none { color: var(--soft); }
td { overflow-wrap: anywhere; }
td ul { margin: 0; padding-left: 18px; }
[data-grid] td { white-space: nowrap; min-width: 0; }
[data-grid] td.words, [data-grid] td.name { white-space: normal; min-width: 22em; max-width: 34em; }
[data-grid] td.name { min-width: 10em; max-width: 18em; }
code { font: 12.5px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
thead button { all: unset; cursor: pointer; }
thead button:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
thead th[aria-sort=ascending] button::after { content: ' \\2191'; }
thead th[aria-sort=descending] button::after { content: ' \\2193'; }
.badge { white-space: nowrap; font-weight: 600; }
.badge[data-value=CRITICAL], .badge[data-value=fail], .badge[data-value=failed], .badge[data-value=lost], .badge[data-value=no] { color: var(--bad); }
.badge[data-value=HIGH], .badge[data-value=remaining] { color: var(--remaining); }
.badge[data-value=fixed], .badge[data-value=pass], .badge[data-value=patched], .badge[data-value=yes] { color: var(--good); }
.badge[data-value=new] { color: var(--new); } .badge[data-value=closedOtherwise] { color: var(--closed); }
.badge[data-value=unverified], .badge[data-value=silence] { color: var(--unverified); }
.badge[data-value=inconclusive], .badge[data-value=MEDIUM] { color: var(--warn); }
.tools { display: flex; flex-wrap: wrap; gap: 10px 14px; align-items: end; margin: 8px 0; }
.tools[hidden], .pages[hidden] { display: none; }
.tools label { display: grid; font-size: 13px; color: var(--soft); }
input, select, .tools button, .pages button { font: inherit; color: var(--text); background: var(--raised); border: 1px solid var(--soft); border-radius: 6px; padding: 5px 9px; min-height: 34px; max-width: 20em; }
.pages { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin: 8px 0; }
.pages button:disabled { opacity: .45; }
.chart { margin: 14px 0; } .chart svg { display: block; min-width: 680px; width: 100%; height: auto; }
.chart .key svg { display: inline-block; min-width: 0; width: 14px; vertical-align: -2px; margin-right: 6px; }
.key { margin-right: 16px; white-space: nowrap; font-size: 13px; }
svg text { font: 14px system-ui, sans-serif; fill: var(--text); }
svg .in { text-anchor: middle; font-size: 13px; font-variant-numeric: tabular-nums; }
svg .label { text-anchor: end; } svg .total, svg .axis { fill: var(--soft); }
.fixed { fill: var(--fixed); } .closedOtherwise { fill: var(--closed); } .gone { fill: var(--gone); }
.remaining { fill: var(--remaining); } .unverified { fill: var(--unverified); } .new { fill: var(--new); }
svg rect.unverified { fill: url(#hatch); } .hatch-ground { fill: var(--ground); } .hatch-line { fill: var(--unverified); }
svg .fixed-text, svg .closedOtherwise-text, svg .remaining-text, svg .new-text { fill: var(--on); }
svg .gone-text { fill: #14171b; } svg .unverified-text { paint-order: stroke; stroke: var(--ground); stroke-width: 5px; stroke-linejoin: round; font-weight: 600; }
.prepare { fill: var(--gone); } .approval { fill: var(--new); } .wave { fill: var(--closed); } .soak { fill: var(--line); }
.tick, .lane { stroke: var(--line); } .end { stroke: var(--ground); stroke-width: 2; fill: var(--soft); }
.end.pass { fill: var(--good); } .end.fail { fill: var(--bad); } .end.inconclusive { fill: var(--warn); }
.printed { display: none; }
footer { color: var(--soft); margin-top: 50px; padding-bottom: 40px; }
@media (max-width: 600px) { dl { grid-template-columns: 1fr; } dd { margin-bottom: 6px; } header, main, footer { padding: 0 12px; } }
@media print {
  :root { color-scheme: light; --ground: #fff; --raised: #f5f6f8; --text: #000; --soft: #444b54; --line: #bbb; --link: #000;
    --fixed: #13795b; --closed: #2b66b8; --remaining: #b54708; --unverified: #5f6672; --new: #7a3fc4; --on: #fff;
    --bad: #b42318; --good: #13795b; --warn: #8f5b00; }
  body { font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  header, main, footer { max-width: none; padding: 0; }
  table { font-size: 8pt; } th, td { padding: 2px 5px; } .scroll { overflow: visible; } .chart svg { min-width: 0; }
  .tiles { grid-template-columns: repeat(5, 1fr); } [data-grid] th { white-space: normal; overflow-wrap: anywhere; } [data-grid] td, [data-grid] td.words, [data-grid] td.name { white-space: normal; min-width: 0; }
  .tools, .pages, .skip, header nav { display: none; } .printed { display: block; }
  tr, figure, .tiles li { break-inside: avoid; } h2 { break-after: avoid; } a { text-decoration: none; }
}
`;
