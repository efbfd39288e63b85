/** The style sheet of the report: light and dark by the reader's wish, and light on paper. */
import { DARK_SCALE, LIGHT_SCALE, scaleRules } from './palette.ts';

const LIGHT =
  '--ground:#fff;--raised:#f6f8fa;--ink:#16202b;--soft:#566472;--line:#dbe1e7;--accent:#174d87;--tint:#e8f1fa;--trained:#8b97a3;--loss:#b55f0c;--accept:#0a6b5d;--accept-ground:#e6f5f1;--review:#7d5200;--review-ground:#fdf3dc;--reject:#a1261d;--reject-ground:#fcebe9;--loud:#ffd84d;--loud-ink:#241c00';
const DARK =
  '--ground:#10151b;--raised:#182029;--ink:#e8edf2;--soft:#a3b0bd;--line:#2c3743;--accent:#8cc0f7;--tint:#16283c;--trained:#76838f;--loss:#f0a35c;--accept:#5fd3bd;--accept-ground:#0f2b27;--review:#f0c463;--review-ground:#2f2610;--reject:#ff9d92;--reject-ground:#371916;--loud:#ffd84d;--loud-ink:#241c00';

const PAGE = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
header,main,footer{max-width:1080px;margin:0 auto;padding:0 28px}
header{padding-top:40px}
h1{font-size:2.1rem;line-height:1.2;margin:.1em 0 .25em;letter-spacing:-.02em;overflow-wrap:anywhere}
h2{font-size:1.3rem;line-height:1.3;margin:0 0 .7em;letter-spacing:-.01em}
h3{font-size:1rem;margin:1.4em 0 .4em}
p{margin:.5em 0}
section{margin:44px 0 0}
.kind{display:flex;justify-content:space-between;margin:0;color:var(--soft);font-size:.875rem;letter-spacing:.02em}
.about,.lead{color:var(--soft);margin:.2em 0 1em}
.lead{color:inherit;font-size:1.05rem;max-width:46em}
.spoken{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
footer{margin-top:48px;padding-bottom:48px;color:var(--soft);font-size:.875rem}
footer p{border-top:1px solid var(--line);padding-top:16px;max-width:none}
code{font:.8125rem/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
`;

const BANNERS = `
.banner{margin:16px 0 0;padding:14px 18px;border:2px solid var(--reject);border-radius:8px;background:var(--reject-ground);overflow-wrap:anywhere}
.banner.simulated{border-color:var(--loud);background:var(--loud);color:var(--loud-ink);position:relative;padding-top:24px}
.banner.simulated::before{content:"";position:absolute;inset:0 0 auto;height:10px;border-radius:5px 5px 0 0;background:repeating-linear-gradient(-45deg,#241c00 0 12px,#ffd84d 12px 24px)}
.banner.simulated strong{text-transform:uppercase;letter-spacing:.04em}
.verdict{display:flex;gap:28px;align-items:center;margin-top:24px;padding:24px 28px;border-radius:10px;border-left:8px solid var(--tone);background:var(--tone-ground)}
.verdict.accept,.tag.accept{--tone:var(--accept);--tone-ground:var(--accept-ground)}
.verdict.review,.tag.review{--tone:var(--review);--tone-ground:var(--review-ground)}
.verdict.reject,.tag.reject{--tone:var(--reject);--tone-ground:var(--reject-ground)}
.verdict.open{--tone:var(--soft);--tone-ground:var(--raised)}
.verdict h2{margin-bottom:.3em}
.verdict p{max-width:62em}
.stamp{flex:none;display:grid;justify-items:center;gap:6px;min-width:88px;color:var(--tone);font-weight:700;font-size:1.15rem}
.stamp svg{fill:none;stroke:currentColor;stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}
.stamp circle{stroke-width:1.6}
.tag{display:inline-block;padding:1px 8px;border-radius:99px;background:var(--tone-ground);color:var(--tone);font-weight:600}
.reasons,.hints ul{padding-left:1.2em;margin:.4em 0 1.2em;max-width:58em}
.reasons li,.hints li{margin:.35em 0}
.good{color:var(--accept);font-weight:600}
.bad{color:var(--reject);font-weight:600}
`;

const TABLES = `
.scroll{overflow-x:auto;margin:0 -4px;padding:0 4px}
table{border-collapse:collapse;width:100%;font-size:.875rem}
caption{text-align:left;font-weight:600;font-size:1rem;padding:0 0 10px}
caption span{display:block;font-weight:400;font-size:.875rem;color:var(--soft)}
th,td{padding:7px 10px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
thead th{color:var(--soft);font-weight:600;vertical-align:bottom;border-bottom:2px solid var(--line);white-space:normal}
tbody th{font-weight:600}
th:first-child,th.words,td.words,td.dates,.criteria th,.criteria td{text-align:left}
td.words{white-space:normal;min-width:15em}
td.dates{font-size:.8125rem;line-height:1.4}
td.dates span{display:block;color:var(--soft)}
tr.top>*{background:var(--tint)}
tfoot td,tfoot th{border-bottom:0;border-top:2px solid var(--line);font-weight:600}
.criteria td.found{font-weight:600;white-space:nowrap}
.criteria th[scope=row]{white-space:normal;min-width:13em}
.criteria th[scope=row] span{display:block;font-weight:400;color:var(--soft)}
.criteria td,.criteria thead th+th{width:1%;padding-left:20px}
.verdict-cell{text-align:left;font-size:.8125rem;line-height:1.5}
.verdict-cell>span{display:block;width:fit-content}
.verdict-cell>span+span{color:var(--soft)}
.param{display:inline-block;margin:1px 2px 1px 0;padding:0 7px;border-radius:4px;background:var(--raised);border:1px solid var(--line);font-size:.8125rem;white-space:nowrap}
.params .param{font-size:.9375rem;padding:1px 9px}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(330px,1fr));gap:0 32px;margin:0;font-size:.9375rem}
.facts div{display:flex;gap:14px;padding:7px 0;border-bottom:1px solid var(--line)}
.facts dt{flex:none;width:9.5em;color:var(--soft)}
.facts dd{margin:0;min-width:0;overflow-wrap:anywhere}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(160px,1fr));gap:12px;margin:14px 0 0}
.cards div{padding:14px 16px;border-radius:8px;background:var(--raised);border:1px solid var(--line)}
.cards dt{color:var(--soft);font-size:.875rem}
.cards dd{margin:0;font-size:1.6rem;line-height:1.3;font-weight:650;letter-spacing:-.01em}
.cards dd.note{font-size:.8125rem;font-weight:400;color:var(--soft);letter-spacing:0}
`;

const PICTURES = `
figure{margin:0}
figcaption{color:var(--soft);font-size:.875rem;margin-top:8px;max-width:60em}
.chart{display:block;width:100%;min-width:680px;height:auto;font:12px system-ui,sans-serif}
.chart text{fill:var(--soft)}
.chart .left{text-anchor:end;dominant-baseline:central}
.chart .below,.chart .fold,.chart .outcome{text-anchor:middle}
.chart .outcome{fill:var(--ink);font-weight:600;font-size:13px}
.chart .grid{stroke:var(--line);stroke-width:1}
.chart .zero{stroke:var(--soft);stroke-width:1}
.chart .band{fill:none}
.chart .band.test{fill:var(--tint)}
.chart .line{fill:none;stroke-linejoin:round}
.chart .line.train{stroke:var(--trained);stroke-width:1}
.chart .line.test{stroke:var(--accent);stroke-width:2.2}
.chart .area.train{fill:var(--trained);fill-opacity:.3}
.chart .area.test{fill:var(--loss);fill-opacity:.75}
.key-test-band{padding:1px 7px;border-radius:3px;background:var(--tint);color:var(--ink);border-bottom:2.5px solid var(--accent)}
.key-train-line{color:var(--ink);border-bottom:1px solid var(--trained)}
.pair svg,.meter,.bar svg{display:inline-block;vertical-align:middle}
.pair .axis,.bar .axis{stroke:var(--soft);stroke-width:1}
.pair .link{stroke:var(--line);stroke-width:2}
.pair .train{fill:var(--ground);stroke:var(--soft);stroke-width:1.5}
.pair .test,.meter circle{fill:var(--accent)}
.meter .track{fill:var(--line)}
.meter .accepted{fill:var(--accept)}
.key-test{color:var(--accent)}
.profile{max-width:640px}
.profile .bar{width:50%;padding:3px 10px}
.profile .bar svg{width:100%;height:16px}
.gain{fill:var(--accent)}
.loss{fill:var(--loss)}
`;

const MAPS = `
.maps{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:34px 40px;margin-top:20px}
.map{min-width:0}
.map.wide{grid-column:1/-1}
table.heat{border-collapse:separate;border-spacing:2px;font-size:.8125rem;margin:0 -2px}
.heat th,.heat td{border:0;padding:0 2px;height:38px;min-width:42px;text-align:center}
.heat thead th{border:0;vertical-align:bottom;height:auto;padding:0 1px 3px;white-space:normal;font-size:.75rem;line-height:1.2}
.heat th{color:var(--soft);font-weight:500}
.dense .heat td{min-width:36px;font-size:.75rem}
.dense .heat thead th{font-size:.625rem}
.heat th:first-child{text-align:right;width:1%;padding:0 8px}
.heat td{border-radius:4px}
.heat td.corner{height:auto;padding:0 6px 3px 0;text-align:right;font-size:.75rem;color:var(--soft);line-height:1.25;white-space:nowrap}
.heat .corner span{display:block}
.heat small{display:block;font-size:.625rem;line-height:1;opacity:.85;margin-top:-2px}
.heat td.top,.key.top{outline:2px solid var(--ink);outline-offset:0;font-weight:700}
.heat .star{font-size:.6875rem}
.heat td.none,.key.none{color:var(--soft);background:repeating-linear-gradient(-45deg,transparent 0 5px,var(--line) 5px 6px)}
.legend{display:flex;flex-wrap:wrap;gap:6px 18px;align-items:center;font-size:.8125rem;color:var(--soft)}
.scale{display:inline-flex;flex-wrap:wrap}
.scale span{padding:2px 7px;min-width:38px;text-align:center}
.key{display:inline-block;min-width:24px;text-align:center;border-radius:4px;margin-right:2px;padding:0 4px;color:var(--ink)}
`;

const NARROW = `
@media (max-width:640px){
header,main,footer{padding-left:16px;padding-right:16px}
header{padding-top:24px}
h1{font-size:1.6rem}
section{margin-top:34px}
.verdict{flex-direction:column;align-items:flex-start;gap:10px;padding:18px}
.stamp{grid-auto-flow:column;align-items:center;gap:10px;min-width:0}
.facts div{flex-direction:column;gap:0}
.facts,.maps{grid-template-columns:minmax(0,1fr)}
.cards{grid-template-columns:repeat(2,1fr)}
.criteria tr>:last-child{display:none}
caption span{max-width:calc(100vw - 40px)}
.criteria th,.criteria td{padding-left:4px;padding-right:4px;white-space:normal}
}`;

/** Paper is light, keeps its colours, and cuts no picture in two. */
const PRINT = `
@page{size:A4;margin:14mm 12mm}
@media print{
body{font-size:10.5pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
header,main,footer{max-width:none;padding:0}
section{margin-top:20px}
.scroll{overflow:visible}
.chart{min-width:0}
.cards{grid-template-columns:repeat(5,1fr);gap:8px}
.cards div{padding:10px 12px}
.cards dd{font-size:1.3rem}
table{font-size:8.5pt}
th,td{padding:4px 6px}
.verdict,figure,tr,.cards div,.facts div,.banner,.hints{break-inside:avoid}
h2,h3,caption{break-after:avoid}
}`;

/** The whole style sheet. */
export const STYLE = [
  `:root{color-scheme:light dark;${LIGHT}}`,
  PAGE,
  BANNERS,
  TABLES,
  PICTURES,
  MAPS,
  scaleRules(LIGHT_SCALE),
  `@media screen and (prefers-color-scheme:dark){:root{${DARK}}${scaleRules(DARK_SCALE)}}`,
  NARROW,
  PRINT,
]
  .join('')
  .replaceAll('\n', '');
