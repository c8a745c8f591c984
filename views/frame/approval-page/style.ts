import { createHash } from 'node:crypto';

/** Colours keep a contrast of 4.5 to 1 or more in both schemes; nothing is told by colour alone. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b2330;--soft:#536074;--line:#d5dae2;--go:#13653f;--stop:#a3262b;--accent:#1f5fbf;--on:#fff;--hint:#fff6df;--hintline:#b98900}
@media (prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1b212b;--ink:#e8ecf2;--soft:#a5b0c0;--line:#39424f;--go:#7fd6a8;--stop:#ff9c9c;--accent:#8fb8ff;--on:#10151c;--hint:#2d2714;--hintline:#c9a227}}
*{box-sizing:border-box}
html{font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;background:var(--bg);color:var(--ink);-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:44rem;padding:1rem .875rem 3rem;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25;margin:.25rem 0 .5rem}
h2{font-size:1.0625rem;margin:0 0 .5rem}
p{margin:.375rem 0}
section,form,.told{background:var(--card);border:1px solid var(--line);border-radius:.625rem;padding:.875rem 1rem;margin:.875rem 0}
.told{border-left:.375rem solid var(--accent)}.told.good{border-left-color:var(--go)}.told.bad{border-left-color:var(--stop)}
.fault{background:var(--hint);border:1px solid var(--hintline);border-radius:.375rem;padding:.5rem .75rem;font-weight:600}
.soft,footer,dt,figcaption,.more{color:var(--soft)}
.product{font-size:.875rem;color:var(--soft);margin:0}
dl{display:grid;grid-template-columns:6.5rem 1fr;gap:.375rem .75rem;margin:0}
dd{margin:0}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;padding:.3125rem .75rem .3125rem 0;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--soft);font-weight:500;font-size:.875rem}
th{font-weight:500}.num{text-align:right;padding-right:0;white-space:nowrap}.tight{white-space:nowrap}
caption{text-align:left;color:var(--soft);font-size:.875rem;padding-bottom:.25rem}
.tag{display:inline-block;border:1px solid currentColor;border-radius:.25rem;padding:0 .375rem;font-size:.8125rem;font-weight:600;white-space:nowrap}
.exploited,.fail{color:var(--stop)}.pass{color:var(--go)}
.bars{list-style:none;margin:.5rem 0 .75rem;padding:0}
.bars li{display:grid;grid-template-columns:5.5rem 1fr 3rem;gap:.75rem;align-items:center}
.bars svg{display:block;width:100%;height:.625rem}.bars rect{fill:var(--accent)}.bars .rest{fill:var(--line)}
.rows{list-style:none;padding:0;margin:0}.rows li{border-top:1px solid var(--line);padding:.375rem 0}.rows p{margin:0}
.row{display:flex;justify-content:space-between;gap:.75rem}.row span{white-space:nowrap}
ul{margin:.375rem 0;padding-left:1.25rem}
summary{cursor:pointer;padding:.375rem 0;color:var(--accent)}
fieldset{border:0;margin:.75rem 0;padding:0}
legend{font-weight:600;padding:0;margin-bottom:.375rem}
.choice{display:flex;gap:.625rem;align-items:flex-start;border:1px solid var(--line);border-radius:.5rem;padding:.625rem .75rem;margin:.5rem 0;cursor:pointer}
.choice input{flex:none;width:1.25rem;height:1.25rem;margin:.125rem 0 0;accent-color:var(--accent)}
.choice:has(:checked){border-color:var(--accent);box-shadow:inset 0 0 0 1px var(--accent)}
label.word{display:block;font-weight:600;margin:.75rem 0 .25rem}
input[name=word]{font:1.125rem/1.5 ui-monospace,Menlo,Consolas,monospace;letter-spacing:.1em;width:100%;max-width:14rem;padding:.5rem .625rem;border:1px solid var(--soft);border-radius:.375rem;background:var(--bg);color:var(--ink)}
button{font:inherit;font-weight:600;margin-top:1rem;padding:.75rem 1.25rem;width:100%;border:0;border-radius:.5rem;background:var(--accent);color:var(--on);cursor:pointer}
a{color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
code{font:.9375em ui-monospace,Menlo,Consolas,monospace}
footer{font-size:.875rem;margin-top:1.25rem}
@media (max-width:30rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}
@media (min-width:30rem){button{width:auto}}
@media print{html{background:#fff}form{display:none}}
`;

/** What the page may do: look like this, and send its own form. No script, no image, no frame, no other address. */
export const CONTENT_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
