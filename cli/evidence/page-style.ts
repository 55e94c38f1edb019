/** Readable on paper, on a telephone and in the dark; told apart by words, with colour only on top. */
export const pageStyle = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--paper:#fff;--band:#f6f8fa;--good:#1a7f37;--bad:#b42318;--open:#9a6700;--bar:#0b63c5}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa4af;--line:#30363d;--paper:#0d1117;--band:#161b22;--good:#4ac26b;--bad:#ff8a80;--open:#e3b341;--bar:#58a6ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:64rem;margin:0 auto;padding:1.5rem}
header{border-left:.4rem solid var(--soft);padding:.2rem 0 .2rem 1rem}
header.passed{border-color:var(--good)}header.failed{border-color:var(--bad)}header.unknown,header.aborted{border-color:var(--open)}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:1rem 0 .4rem}
header p{margin:.1rem 0;color:var(--soft)}header .sentence{font-size:1.1rem;color:var(--ink);margin:.3rem 0 .6rem}
a{color:var(--bar)}
code,pre{font:.88em/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
pre{background:var(--band);border:1px solid var(--line);border-radius:.4rem;padding:.7rem;white-space:pre-wrap;margin:0}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3rem .9rem .3rem 0;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600}
.mark{font-size:.8em;font-weight:600;padding:.05rem .5rem;border:1px solid currentColor;border-radius:1rem;color:var(--open);white-space:nowrap}
.mark.passed,.mark.met,.mark.within{color:var(--good)}.mark.failed,.mark.missed,.mark.blocked,.mark.above{color:var(--bad)}
.timeline{list-style:none;margin:.8rem 0;padding:0}
.timeline li{display:grid;grid-template-columns:minmax(9rem,18rem) 1fr 7rem;gap:.8rem;align-items:center;padding:.1rem 0}
.timeline .track{position:relative;height:.8rem;background:var(--band);border-radius:.2rem;overflow:hidden}
.timeline i{position:absolute;top:0;bottom:0;min-width:2px;background:var(--bar)}
.timeline .failed i{background:var(--bad)}.timeline .interrupted i,.timeline .running i{background:var(--open)}.timeline .skipped i{display:none}
.timeline .took{color:var(--soft);font-variant-numeric:tabular-nums}
small{color:var(--soft)}
@media (max-width:40rem){.timeline li{grid-template-columns:1fr 5rem}.timeline .track{display:none}}
@media print{main{max-width:none}}
`
  .trim()
  .replaceAll('\n', '')
