import { seriesColours } from '../plot/series-style.ts'
import { Markup } from './html.ts'

const series = (shade: 'light' | 'dark'): string =>
  seriesColours.map((colour, index) => `--s${index}:${colour[shade]}`).join(';')

const light = `--page:#fff;--ink:#1b1f24;--soft:#57606a;--edge:#d5d9de;--panel:#f6f8fa;--load:#e9f0f7;--met:#0b6b4f;--missed:#b23c00;--unknown:#6b5200;${series('light')}`
const dark = `--page:#14171b;--ink:#e6e9ed;--soft:#a4adb7;--edge:#363c44;--panel:#1c2026;--load:#222b36;--met:#3fd6a8;--missed:#ff9a66;--unknown:#e8c468;${series('dark')}`

const strokes = seriesColours
  .map((_, index) => `.line.s${index}{stroke:var(--s${index})}.bar.s${index}{fill:var(--s${index})}`)
  .join('')

export const style = new Markup(`
:root{color-scheme:light dark;${light}}
@media screen and (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;margin:0;background:var(--page);color:var(--ink)}
main{max-width:1240px;margin:0 auto;padding:1.5rem 1.25rem 3rem}
h1{font-size:1.5rem;line-height:1.25;margin:.25rem 0}h2{font-size:1.15rem;margin:2.25rem 0 .75rem}h3{font-size:.95rem;margin:0}
p{margin:.25rem 0}.soft,figcaption p,dt{color:var(--soft)}figcaption p{font-size:.8rem;line-height:1.4;min-height:2.3em}
header{border-left:6px solid var(--state);padding:.5rem 0 .5rem 1rem;margin-bottom:1rem}header .headline{font-size:1.15rem;font-weight:600;color:var(--state)}
.met{--state:var(--met)}.missed,.invalid{--state:var(--missed)}.unknown,.partial{--state:var(--unknown)}
.verdict{color:var(--state);font-weight:600;white-space:nowrap}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;margin:1rem 0}
.tiles div{background:var(--panel);border:1px solid var(--edge);border-radius:6px;padding:.5rem .75rem}.tiles b{display:block;font-size:1.25rem;font-variant-numeric:tabular-nums}
.factors{list-style:none;padding:0;margin:.5rem 0}.factors li{padding:.15rem 0 .15rem 1.4rem;position:relative}
.factors li::before{position:absolute;left:0;content:"·";color:var(--soft)}.factors .limit::before{content:"▲";color:var(--missed);font-size:.75rem;top:.25rem}
.scroll{overflow-x:auto;margin:.5rem 0}table{border-collapse:collapse;width:100%;font-size:.82rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.35rem .5rem;border-bottom:1px solid var(--edge);vertical-align:top}thead th{color:var(--soft);font-weight:600;vertical-align:bottom}
tbody th{font-weight:500;overflow-wrap:break-word}.figure{text-align:right}td.figure{white-space:nowrap}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,30rem),1fr));gap:1rem}
figure{margin:0;background:var(--panel);border:1px solid var(--edge);border-radius:6px;padding:.75rem .75rem .25rem;min-width:0;break-inside:avoid}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1rem;padding:0;margin:.4rem 0;font-size:.8rem}.legend li{overflow-wrap:anywhere}.legend svg{vertical-align:-1px;margin-right:.15rem}
.axis{fill:var(--soft)}.grid{stroke:var(--edge)}.tick{stroke:var(--soft)}.full-load{fill:var(--load)}.reference{stroke:var(--ink)}
.column:hover{fill:var(--ink);fill-opacity:.08}${strokes}
dl{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.25rem 1rem;margin:.5rem 0}dd{margin:0;overflow-wrap:anywhere}
@media (max-width:34rem){main{padding:1rem .75rem}h1{font-size:1.25rem}th,td{padding:.35rem .2rem}}
@media print{main{max-width:none;padding:0}body{font-size:12px}.plots{grid-template-columns:1fr 1fr}.scroll{overflow:visible}table{font-size:9px}th,td{padding:.2rem .3rem}tbody th{min-width:0}h2{break-after:avoid}tr,header,.tiles{break-inside:avoid}}
`)
