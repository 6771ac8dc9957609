#include "neuronsmith/report/internal/style.hpp"

#include <array>
#include <cstddef>

namespace neuronsmith::report::internal {
namespace {

// Tones of series keep their order of lightness and stay apart for colour-blind readers.
constexpr std::string_view kStyleSheet = R"(
:root {
  color-scheme: light dark;
  --paper: #fbfbfa; --card: #ffffff; --ink: #1d2126; --muted: #5a636e; --line: #dfe3e8; --grid: #e9ecf0;
  --link: #1d5fa8; --tint: #eef4fb; --warn: #a33a1c;
  --s1: #1f63b0; --s2: #c8601a; --s3: #2a8a68; --s4: #94459b; --s5: #8a7413; --s6: #b5404f;
  --em: #c8321f; --heat: 31 99 176; --cold: 178 58 40; --on-heat: #ffffff; --cloud: .45;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --card: #1b1f25; --ink: #e6e9ed; --muted: #9ba5b1; --line: #323943; --grid: #2a3038;
    --link: #82b5f0; --tint: #1f2a38; --warn: #ff9a7a;
    --s1: #6fa9ea; --s2: #f0a060; --s3: #5cc7a0; --s4: #cf8fd6; --s5: #d0bb56; --s6: #f08a97;
    --em: #ff8069; --heat: 111 169 234; --cold: 240 138 118; --on-heat: #0e1319; --cloud: .6;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main, header.page, footer { max-width: 1060px; margin: 0 auto; padding: 0 20px; }
header.page { padding-top: 36px; }
h1, h2, h3 { line-height: 1.25; font-weight: 650; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; margin: 0; }
h2 { font-size: 1.3rem; margin: 0; }
h3 { font-size: 1.02rem; margin: 28px 0 10px; }
h2, td, th, li, summary, .about span { unicode-bidi: isolate; }
p { margin: 8px 0; }
a { color: var(--link); }
.eyebrow { color: var(--muted); font-size: .82rem; letter-spacing: .06em; text-transform: uppercase; margin: 0 0 4px; }
.about { color: var(--muted); font-size: .9rem; margin: 6px 0 0; overflow-wrap: anywhere; }
.about span { margin-right: 1.1em; display: inline-block; }
.lead { font-size: 1.08rem; margin: 16px 0 0; max-width: 46em; }
.muted, .note { color: var(--muted); font-size: .88rem; }
.message { color: var(--warn); overflow-wrap: anywhere; }
section.run { margin: 40px 0 0; padding: 26px 0 0; border-top: 1px solid var(--line); }
section.run.only { border-top: 0; margin-top: 0; padding-top: 34px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(132px, 1fr)); gap: 10px; margin: 20px 0 0; }
.tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 9px 13px 8px; }
.tiles dt { color: var(--muted); font-size: .8rem; }
.tiles dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.formula {
  background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: 18px 20px; overflow-x: auto; font-size: 1.3rem; line-height: 2;
}
math { font-family: math, "STIX Two Math", "Cambria Math", "Latin Modern Math", "DejaVu Math TeX Gyre", serif; }
mi.v { font-weight: 700; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)); gap: 18px; margin: 22px 0 0; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px 12px; min-width: 0; }
figure h3 { margin: 0 0 6px; }
figure svg { display: block; width: 100%; height: auto; max-width: 560px; margin: 0 auto; }
figcaption { color: var(--muted); font-size: .86rem; line-height: 1.45; margin-top: 6px; }
.absent { color: var(--muted); border: 1px dashed var(--line); border-radius: 6px; padding: 28px 16px; text-align: center; overflow-wrap: anywhere; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 0 0 4px; padding: 0; font-size: .88rem; }
.legend li { display: flex; align-items: center; gap: 7px; min-width: 0; }
.legend i { width: 18px; height: 0; border-top: 3px solid currentColor; border-radius: 2px; flex: none; }
.legend i.dot { width: 9px; height: 9px; border: 0; border-radius: 50%; background: currentColor; }
svg text { fill: var(--muted); font-size: 13px; font-family: inherit; }
svg path { fill: none; stroke-width: 1.6; stroke-linejoin: round; }
svg path.axis { stroke: var(--muted); stroke-width: 1; }
svg path.grid { stroke: var(--grid); stroke-width: 1; }
svg path.ref { stroke: var(--muted); stroke-width: 1.3; stroke-dasharray: 5 4; }
svg a circle { cursor: pointer; }
svg a:hover circle, svg a:focus circle { stroke: var(--ink); stroke-width: 2; }
path.s1 { stroke: var(--s1); stroke-width: 2.4; } path.s2 { stroke: var(--s2); } path.s3 { stroke: var(--s3); }
path.s4 { stroke: var(--s4); } path.s5 { stroke: var(--s5); } path.s6 { stroke: var(--s6); }
path.em { stroke: var(--em); } path.faint { stroke: var(--s1); }
path.bar.s1 { fill: var(--s1); } path.bar.s2 { fill: var(--s2); } path.bar.s3 { fill: var(--s3); }
path.bar.s4 { fill: var(--s4); } path.bar.s5 { fill: var(--s5); } path.bar.s6 { fill: var(--s6); }
path.bar.em { fill: var(--em); } path.bar.faint { fill: var(--grid); } path.bar.ref { fill: var(--muted); }
svg path.bar { stroke: var(--card); stroke-width: 1; stroke-dasharray: none; }
circle.s1 { fill: var(--s1); } circle.s2 { fill: var(--s2); } circle.s3 { fill: var(--s3); }
circle.s4 { fill: var(--s4); } circle.s5 { fill: var(--s5); } circle.s6 { fill: var(--s6); }
circle.em { fill: var(--em); } circle.faint { fill: var(--s1); fill-opacity: var(--cloud); } circle.ref { fill: var(--muted); }
i.s1 { color: var(--s1); } i.s2 { color: var(--s2); } i.s3 { color: var(--s3); } i.s4 { color: var(--s4); }
i.s5 { color: var(--s5); } i.s6 { color: var(--s6); } i.em { color: var(--em); } i.faint { color: var(--s1); opacity: var(--cloud); }
i.ref { color: var(--muted); }
.scroll { overflow-x: auto; max-width: 100%; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.scroll:focus-visible { outline: 2px solid var(--link); }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { padding: 7px 10px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
tbody tr:last-child td { border-bottom: 0; }
th { color: var(--muted); font-weight: 600; font-size: .82rem; white-space: nowrap; }
th.n, td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.chosen td { background: var(--tint); }
tr:target td { background: var(--tint); box-shadow: inset 0 2px 0 var(--em), inset 0 -2px 0 var(--em); }
.nw { white-space: nowrap; }
main > .scroll { margin-top: 20px; }
td math { font-size: 1.05em; }
.tag { font-size: .76rem; color: var(--em); border: 1px solid currentColor; border-radius: 99px; padding: 0 8px; white-space: nowrap; }
.confusion .scroll { border: 0; border-radius: 0; }
.confusion td, .confusion th { border: 0; padding: 2px; text-align: center; }
.confusion td { vertical-align: middle; }
.confusion td:first-child, .confusion th:first-child { text-align: left; padding-right: 10px; color: var(--muted); white-space: nowrap; }
.heat { display: block; min-width: 52px; padding: 8px 6px; border-radius: 4px; font-variant-numeric: tabular-nums; background: rgb(var(--heat) / calc(.05 + .9 * var(--p))); }
.heat small { display: block; opacity: .8; font-size: .76rem; line-height: 1.2; }
.heat.hi { color: var(--on-heat); }
.heat.loss { background: rgb(var(--cold) / calc(.05 + .9 * var(--p))); }
.transfer td { padding: 3px; vertical-align: middle; }
.transfer td:first-child { padding: 7px 10px; }
details { margin: 6px 0; }
summary { cursor: pointer; color: var(--link); font-size: .9rem; }
td details { margin: 0; }
td summary { white-space: nowrap; }
.details { margin: 26px 0 0; }
pre { overflow-x: auto; max-width: 100%; background: var(--tint); border-radius: 6px; padding: 10px 12px; margin: 8px 0; font-size: .84rem; line-height: 1.45; white-space: pre-wrap; overflow-wrap: anywhere; }
td pre { min-width: 260px; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { overflow-wrap: anywhere; font-size: .9em; }
footer { color: var(--muted); font-size: .84rem; padding-top: 34px; padding-bottom: 40px; }
@media (max-width: 560px) {
  main, header.page, footer { padding-left: 14px; padding-right: 14px; }
  header.page { padding-top: 22px; }
  h1 { font-size: 1.4rem; }
  .formula { font-size: 1.12rem; padding: 12px 14px; }
  figure { padding: 12px 10px 10px; }
  svg text { font-size: 15px; }
}
@media print { :root { color-scheme: light; } .details, td details { display: none; } figure { break-inside: avoid; } }
)";

struct Colours {
  std::string_view light;
  std::string_view dark;
};

/// By tone; a cloud is drawn in the colour of the grid.
constexpr std::array<Colours, 9> kTones = {{{"#1f63b0", "#6fa9ea"},
                                            {"#c8601a", "#f0a060"},
                                            {"#2a8a68", "#5cc7a0"},
                                            {"#94459b", "#cf8fd6"},
                                            {"#8a7413", "#d0bb56"},
                                            {"#b5404f", "#f08a97"},
                                            {"#c8321f", "#ff8069"},
                                            {"#e9ecf0", "#2a3038"},
                                            {"#5a636e", "#9ba5b1"}}};

}  // namespace

std::string_view light_colour(Tone tone) { return kTones[static_cast<std::size_t>(tone)].light; }
std::string_view dark_colour(Tone tone) { return kTones[static_cast<std::size_t>(tone)].dark; }

std::string_view style_sheet() { return kStyleSheet; }

}  // namespace neuronsmith::report::internal
