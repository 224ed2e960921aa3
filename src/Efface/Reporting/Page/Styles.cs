namespace Efface.Reporting.Page;

/// <summary>How the report looks: light, dark, narrow and on paper.</summary>
internal static class Styles
{
    /// <summary>The style sheet; without characters that XML reserves.</summary>
    public const string Sheet = """

        :root {
          color-scheme: light dark;
          --ground: #ffffff; --raised: #f6f8fa; --ink: #1c2127; --soft: #565f69; --rule: #d9dee4; --grid: #e8ebef; --band: #dfe7e1;
          --run-0: #b3560f; --run-1: #1d5fb0; --run-2: #0f7b5f; --run-3: #8a3f9e;
          --good: #176639; --good-ground: #e4f4ea; --open: #7a5200; --open-ground: #fdf2d8; --bad: #a32020; --bad-ground: #fdeaea;
              --none: #4d5660; --none-ground: #eceff2;
          --heat-1: #fdf1de; --heat-2: #fbdaa8; --heat-3: #f2ab63; --heat-4: #a9490e; --heat-5: #642505; --on-pale: #1c2127;
              --on-strong: #ffffff;
        }
        @media screen and (prefers-color-scheme: dark) {
          :root {
            --ground: #14171b; --raised: #1b1f25; --ink: #e4e8ec; --soft: #a3adb8; --rule: #343b44; --grid: #262c34; --band: #22332a;
            --run-0: #f0975a; --run-1: #7db3f5; --run-2: #5fcfa9; --run-3: #d19be3;
            --good: #7fd8a0; --good-ground: #15301f; --open: #f0c674; --open-ground: #352a10; --bad: #ff9c96; --bad-ground: #3b1a1a;
                --none: #b6bfc9; --none-ground: #262c34;
            --heat-1: #2a2117; --heat-2: #4c3314; --heat-3: #7d4f1a; --heat-4: #dd9145; --heat-5: #ffdcae; --on-pale: #ffffff;
                --on-strong: #14171b;
          }
        }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; }
        body { margin: 0; background: var(--ground); color: var(--ink);
            font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
            overflow-wrap: break-word; }
        main { max-width: 66rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
        h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; letter-spacing: -.01em; text-wrap: balance; }
        h2 { font-size: 1.3rem; line-height: 1.3; margin: 3.5rem 0 .75rem; padding-top: 1rem; border-top: 1px solid var(--rule); }
        h3 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
        h4 { font-size: 1rem; margin: 0 0 .75rem; }
        h5 { font-size: .875rem; margin: 1rem 0 .5rem; }
        p { margin: .5rem 0; max-width: 46rem; }
        small { font-size: .8125rem; font-weight: 400; color: var(--soft); }
        .eyebrow { font-size: .8125rem; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); margin: 0 0 .75rem; }
        .note { font-size: .875rem; color: var(--soft); }

        .verdict { margin: 1.75rem 0 0; padding: 1.25rem 1.5rem; border: 1px solid; border-left-width: 6px; border-radius: 6px; }
        .verdict .sentence { font-size: 1.2rem; line-height: 1.45; max-width: 52rem; margin: .75rem 0; }
        .verdict ul { margin: .75rem 0 0; padding-left: 1.2rem; font-size: .9375rem; max-width: 52rem; }
        .verdict .caveat { margin: .75rem 0 0; padding-top: .75rem; border-top: 1px solid var(--rule); max-width: 52rem;
            font-size: .9375rem; }
        .verdict.good { border-color: var(--good); background: var(--good-ground); }
        .verdict.open { border-color: var(--open); background: var(--open-ground); }
        .verdict.bad { border-color: var(--bad); background: var(--bad-ground); }
        .verdict.none { border-color: var(--none); background: var(--none-ground); }
        .badge { display: inline-block; white-space: nowrap; font-size: .8125rem; font-weight: 600; line-height: 1.4;
            padding: .1rem .6rem; border: 1px solid; border-radius: 1rem; background: var(--ground); }
        .badge.good { color: var(--good); }
        .badge.open { color: var(--open); }
        .badge.bad { color: var(--bad); }
        .badge.none { color: var(--none); }
        .verdict .badge { font-size: 1rem; padding: .2rem .9rem; }

        table { border-collapse: collapse; font-size: .9375rem; font-variant-numeric: tabular-nums; }
        caption { text-align: left; font-size: .875rem; font-weight: 600; padding: .75rem 0 .5rem; }
        th, td { text-align: left; vertical-align: top; padding: .5rem 1.25rem .5rem 0; border-bottom: 1px solid var(--grid); }
        td small, th small, caption small { display: block; }
        thead th, thead td { border-bottom: 1px solid var(--rule); vertical-align: bottom; }
        .group th { padding-top: 1.25rem; border-bottom-color: var(--rule); color: var(--soft); font-size: .8125rem;
            letter-spacing: .03em; }
        .scroll { overflow-x: auto; position: relative; }
        .comparison, .settings { width: 100%; }
        .comparison tbody th { width: 34%; } .comparison td { min-width: 6rem; }
        .settings { font-size: .875rem; }
        .settings tr:not(.group) th, .settings td { padding-block: .25rem; }
        .settings tr:not(.group) th[scope=row] { font-weight: 400; color: var(--soft); width: 24%; }
        .settings td { overflow-wrap: anywhere; } .settings .differs td { font-weight: 600; }
        details table { font-size: .8125rem; }
        details td small { white-space: nowrap; font-size: .75rem; }
        details td { white-space: nowrap; }
        details th small { font-size: .75rem; }
        tr.chosen th, tr.chosen td { background: var(--raised); font-weight: 600; }
        .heat th[scope=col], .heat th[scope=colgroup], .heat td { padding: .4rem .75rem; text-align: center; }
        .heat th[scope=row] { position: sticky; left: 0; background: var(--ground); min-width: 7.5rem; vertical-align: middle; }
        .heat td { min-width: 6.5rem; vertical-align: middle; border: 2px solid var(--ground); }
        .heat td small { color: inherit; white-space: nowrap; }
        .heat-1, .heat-2, .heat-3 { color: var(--on-pale); } .heat-4, .heat-5 { color: var(--on-strong); }
        .heat-0 { background: var(--raised); }
        .heat-1 { background: var(--heat-1); }
        .heat-2 { background: var(--heat-2); }
        .heat-3 { background: var(--heat-3); }
        .heat-4 { background: var(--heat-4); }
        .heat-5 { background: var(--heat-5); }
        .patch { flex: none; align-self: center; width: 1.5rem; height: .9rem; border: 1px solid var(--rule); border-radius: 2px; }
        .absent { color: var(--soft); }
        .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
        .confusion thead td { font-size: .75rem; color: var(--soft); }
        .confusion td.right { font-weight: 600; background: var(--raised); }
        .confusion td, .confusion thead th { text-align: right; padding-left: .75rem; }
        .total th, .total td { border-top: 2px solid var(--rule); }
        pre { margin: .75rem 0; padding: .75rem 1rem; background: var(--raised); border: 1px solid var(--rule); border-radius: 6px;
            white-space: pre-wrap; overflow-wrap: anywhere;
            font: .8125rem/1.6 ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; }
        .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0 2.5rem; }
        .pair h3 { margin-top: .75rem; }
        .pair ul { margin: 0; padding-left: 1.1rem; font-size: .9375rem; }
        .pair li { margin: .4rem 0; }
        .verdicts { list-style: none; }
        .verdict ul.verdicts { padding: 0; }
        .verdict .verdicts .badge { font-size: .8125rem; padding: .1rem .6rem; }
        .verdicts li { margin: .4rem 0; }
        .joints { display: flex; flex-wrap: wrap; gap: 0 3rem; }
        .joint caption { max-width: 22rem; font-weight: 400; }
        .joint td { text-align: right; }
        .joint thead th { text-align: right; }
        .joint thead td { text-align: left; font-size: .8125rem; color: var(--soft); }

        .panel { margin: 1.25rem 0; padding: 1.25rem 1.5rem; border: 1px solid var(--rule); border-radius: 6px; }
        .finding { font-size: .9375rem; max-width: none; }
        figure { margin: 1rem 0 0; }
        .plot .row { display: grid; grid-template-columns: 13rem 1fr; align-items: center; column-gap: 1rem; }
        .plot .row + .row:not(.axis) { border-top: 1px solid var(--grid); }
        .plot .row span { font-size: .8125rem; line-height: 1.3; color: var(--soft); } .plot .row b { color: var(--ink); }
        .plot .row > svg { display: block; } svg, svg svg { overflow: visible; }
        svg text { fill: var(--soft); font: 11px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
            font-variant-numeric: tabular-nums; }
        .run-0 { --run: var(--run-0); } .run-1 { --run: var(--run-1); } .run-2 { --run: var(--run-2); } .run-3 { --run: var(--run-3); }
        .decision { --run: var(--soft); }
        .grid { stroke: var(--grid); } .tolerated { fill: var(--band); }
        .floor { stroke: var(--run, var(--soft)); stroke-width: 1.5; }
        .floor.majority { stroke-dasharray: 1.5 2.5; }
        .floor.prediction-only { stroke-dasharray: 6 3; }
        .interval { stroke: var(--run); stroke-width: 2; }
        circle, path, rect:not(.tolerated) { stroke: var(--run); stroke-width: 1.75; fill: var(--ground); }
        .chosen circle, .chosen path, .chosen rect { fill: var(--run); }
        svg.swatch { display: inline-block; vertical-align: -2px; }
        .key { list-style: none; margin: .75rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; font-size: .8125rem;
            color: var(--soft); }
        .key li { display: flex; align-items: baseline; gap: .4rem; }
        .key .swatch { flex: none; align-self: flex-start; margin-top: .2rem; }
        summary { cursor: pointer; font-size: .875rem; color: var(--soft); margin-top: 1rem; }
        .charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); gap: 1rem 1.5rem; }
        .chart { margin: .5rem 0; }
        .chart figcaption { font-size: .875rem; font-weight: 600; margin-bottom: .25rem; }
        .chart > svg { display: block; width: 100%; height: auto; }
        .chart .key { flex-direction: column; }
        #collateral ~ .chart { max-width: 28rem; margin-top: 1.5rem; }
        .trace { stroke: var(--run); stroke-width: 2; fill: none; }
        .trace-1 { stroke-dasharray: 7 4; }
        .trace-2 { stroke-dasharray: 1.5 3.5; }
        .trace-3 { stroke-dasharray: 9 3 2 3; }
        .chart circle.end { fill: var(--run); stroke: none; }
        .pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); gap: 1rem 2rem; }
        .pictures p { font-size: .8125rem; color: var(--soft); margin: .75rem 0 .25rem; }
        .pictures + p { margin-top: 1.5rem; }
        .strip { display: grid; grid-template-columns: repeat(5, minmax(0, 96px)); gap: 4px; }
        .strip img { width: 100%; height: auto; aspect-ratio: 1; object-fit: contain; image-rendering: pixelated; border-radius: 2px;
            display: block; }
        dl { margin: 1rem 0; }
        dt { font-weight: 600; }
        dd { margin: 0; color: var(--soft); }
        .controls { font-size: .875rem; max-width: 52rem; }
        .controls dd { margin-bottom: .5rem; }
        .words { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem 2.5rem;
            font-size: .9375rem; }

        @media screen and (max-width: 44rem) {
          main { padding: 1.25rem 1rem 3rem; }
          h1 { font-size: 1.5rem; } .verdict .sentence { font-size: 1.075rem; }
          .verdict, .panel { padding: 1rem; }
          .plot .row { grid-template-columns: 1fr; margin-top: .4rem; }
          .comparison, .settings { font-size: .875rem; } .comparison tbody th { width: 40%; }
        }
        @media print {
          @page { margin: 16mm; }
          html { font-size: 10pt; } body { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
          main { max-width: none; padding: 0; } h2 { margin-top: 2rem; }
          h2, h3, h4, h5, caption { break-after: avoid; }
          figure, .verdict, tr, .pictures, .heat, .words > div, .controls dd { break-inside: avoid; }
          thead { display: table-header-group; }
          dt { break-after: avoid; }
          .scroll { overflow: visible; }
          summary { display: none; }
          details::details-content { content-visibility: visible; block-size: auto; }
          h2:has(+ p), p:has(+ .scroll), .finding { break-after: avoid; }
          .panel { -webkit-box-decoration-break: clone; box-decoration-break: clone; }
          details table { font-size: 6.5pt; }
          details th, details td { padding: .15rem .5rem .15rem 0; }
          details td small { font-size: 6pt; }
          details td { white-space: normal; }
        }

        """;
}
