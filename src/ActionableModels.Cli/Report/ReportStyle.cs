namespace ActionableModels.Cli.Report;

/// <summary>The style sheet of report pages: light and dark by the reader's preference, readable from a phone to a wide screen.</summary>
internal static class ReportStyle
{
    public const string Css = """
        :root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--ink:#1a2029;--soft:#586273;--faint:#8790a0;--edge:#e1e5eb;--grid:#e8ebf0;
        --chip:#eceff4;--good:#11804f;--bad:#c7362d;--accent:#2a66d9;--other:#8d9bb0;--track:#eef0f4;
        --s0:#2a66d9;--s1:#d9661f;--s2:#0f8a74;--s3:#9747bd;--s4:#a58300;--s5:#cf3a68;--s6:#5b7083;--s7:#5e8f3e}
        @media(prefers-color-scheme:dark){:root{--page:#0e1116;--card:#171b22;--ink:#e8ebf0;--soft:#a3adbd;--faint:#7b8697;--edge:#272d37;--grid:#252b35;
        --chip:#222832;--good:#4bc98a;--bad:#f0746b;--accent:#74a5ff;--other:#6f7d93;--track:#212732;
        --s0:#74a5ff;--s1:#ff9b58;--s2:#41cbb0;--s3:#cc8eef;--s4:#e2c04a;--s5:#ff7f9f;--s6:#9fb3c8;--s7:#a3c585}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        main{max-width:1120px;margin:0 auto;padding:36px 24px 48px}
        h1{font-size:30px;line-height:1.2;margin:0 0 8px;letter-spacing:-.015em}
        h2{font-size:19px;margin:40px 0 12px;letter-spacing:-.005em}
        h3{font-size:15px;margin:0}
        p{margin:0}
        .sub{color:var(--soft);font-size:16px;max-width:76ch}
        .note{color:var(--soft);font-size:13.5px;max-width:90ch}
        h2+.note{margin:-6px 0 12px}
        .facts{display:flex;flex-wrap:wrap;gap:6px 8px;margin:16px 0 0;padding:0;list-style:none}
        .facts li{background:var(--chip);border-radius:99px;padding:3px 12px;font-size:13.5px}
        .facts span{color:var(--soft);margin-right:6px}
        .card{background:var(--card);border:1px solid var(--edge);border-radius:12px;padding:16px 18px}
        .numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:12px;margin-top:24px}
        .numbers .card{padding:14px 18px}
        .numbers .name{color:var(--soft);font-size:13.5px}
        .numbers .value{font-size:27px;line-height:1.3;font-weight:650;letter-spacing:-.01em;font-variant-numeric:tabular-nums}
        .numbers .good{color:var(--good)}
        .charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(430px,100%),1fr));gap:14px}
        .legend{display:flex;flex-wrap:wrap;gap:2px 16px;margin:4px 0 8px;padding:0;list-style:none;font-size:13.5px;color:var(--soft)}
        .legend li{display:flex;align-items:center;gap:6px}
        .legend i{width:16px;height:3px;border-radius:2px;background:currentColor}
        .legend b{font-weight:400;color:var(--soft)}
        .plot{display:block;width:100%;height:auto;overflow:visible}
        .plot text{font-size:12.5px;fill:var(--faint);font-variant-numeric:tabular-nums}
        .plot .label{fill:var(--soft)}
        .plot .none{font-size:14px}
        .grid{stroke:var(--grid);stroke-width:1;fill:none}
        .faint{opacity:.6}
        .axis{stroke:var(--faint);stroke-width:1;fill:none}
        .s0{color:var(--s0)}.s1{color:var(--s1)}.s2{color:var(--s2)}.s3{color:var(--s3)}.s4{color:var(--s4)}.s5{color:var(--s5)}.s6{color:var(--s6)}.s7{color:var(--s7)}
        .line{stroke:currentColor;stroke-width:2;fill:none;stroke-linejoin:round;stroke-linecap:round}
        .raw{stroke:currentColor;stroke-width:1;fill:none;opacity:.28;stroke-linejoin:round}
        .band{fill:currentColor;opacity:.14;stroke:currentColor;stroke-opacity:.5}
        .bins{fill:currentColor;fill-opacity:.2;stroke:currentColor;stroke-width:1.6;stroke-linejoin:round}
        .mean{stroke:currentColor;stroke-width:1.4;stroke-dasharray:4 4}
        .dot{fill:currentColor;stroke:var(--card);stroke-width:1.2}
        .slice rect{fill:transparent}
        .slice .guide{stroke:var(--faint);stroke-width:1;stroke-dasharray:3 3}
        .slice .guide,.slice .dot,.slice .readout{opacity:0;pointer-events:none}
        .slice:hover .guide,.slice:hover .dot,.slice:hover .readout{opacity:1}
        .slice:hover .lit{fill:var(--faint);fill-opacity:.16}
        .plot .readout{fill:var(--ink);paint-order:stroke;stroke:var(--card);stroke-width:5px}
        .plot .readout tspan{fill:currentColor;font-weight:600}
        table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
        th{font-weight:500;font-size:13px;color:var(--soft);text-align:left;vertical-align:bottom}
        th,td{padding:9px 14px 9px 0;border-bottom:1px solid var(--edge)}
        tr:last-child td{border-bottom:0}
        .right{text-align:right;white-space:nowrap}
        .main td{font-weight:600}
        .main td[data-name=data]{font-weight:400}
        .seeds{color:var(--soft);font-weight:400;font-size:13px;white-space:nowrap}
        .span{width:34%;padding-right:0}
        .scale{display:flex;justify-content:space-between;font-size:12px;color:var(--faint)}
        .whisker{display:block;width:100%;height:22px;overflow:visible}
        .whisker .track{fill:var(--track)}
        .whisker .rate{fill:var(--other);opacity:.55}
        .main .whisker .rate{fill:var(--accent);opacity:.85}
        .whisker path{stroke:var(--ink);stroke-width:1.6;vector-effect:non-scaling-stroke;fill:none}
        .whisker .quarter{stroke:var(--card);stroke-width:1}
        .mark{stroke:currentColor;stroke-width:1.2;stroke-dasharray:3 3;fill:none}
        .plot .marked{fill:currentColor;font-weight:600;paint-order:stroke;stroke:var(--card);stroke-width:4px}
        .wide{display:grid;grid-template-columns:minmax(0,1fr);gap:14px}
        .figures th{white-space:nowrap}
        .figures th,.figures td{padding-right:0;padding-left:14px}
        .figures th:first-child,.figures td:first-child{padding-left:0}
        .figures td{padding-top:5px;padding-bottom:5px}
        .scroll{overflow-x:auto}
        .strips{display:grid;gap:14px}
        figure{margin:0;padding:0;overflow:hidden}
        figure.card{padding:0}
        .film{overflow-x:auto;background:#1b1f27;border-radius:11px 11px 0 0;padding:4px 7px 0}
        .film img{display:block;max-width:100%;height:auto}
        figcaption{padding:9px 18px;font-size:14px;color:var(--soft)}
        .tag{font-weight:600;margin-right:8px}
        .tag.good{color:var(--good)}.tag.bad{color:var(--bad)}
        .settings{columns:2;column-gap:40px;margin:0}
        .settings div{display:flex;justify-content:space-between;gap:16px;padding:5px 0;border-bottom:1px solid var(--edge);break-inside:avoid}
        .settings dt{color:var(--soft);font-size:14px}
        .settings dd{margin:0;text-align:right;font:13px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
        footer{margin-top:40px;color:var(--faint);font-size:13px}
        @media(max-width:640px){
        main{padding:22px 14px 36px}h1{font-size:24px}.sub{font-size:15px}h2{margin-top:32px}
        .card{padding:12px 12px}.numbers{grid-template-columns:repeat(2,1fr);gap:10px}.numbers .card{padding:10px 12px}.numbers .value{font-size:22px}
        .plot text{font-size:16px}.plot .none{font-size:17px}
        thead{display:none}table,tbody,tr,td{display:block}tr{padding:10px 0;border-bottom:1px solid var(--edge)}tr:last-child{border-bottom:0}
        td{padding:0;border:0;text-align:left!important}td[data-name]{display:inline-block;margin-right:14px;font-size:14px}
        td[data-name]::before{content:attr(data-name) " ";color:var(--soft);font-weight:400}
        .figures{display:table}.figures thead{display:table-header-group}.figures tbody{display:table-row-group}.figures tr{display:table-row}
        .figures td,.figures th{display:table-cell;border-bottom:1px solid var(--edge)}.figures .right{text-align:right!important;padding-left:14px}
        .wide .plot{width:760px}
        .span{width:auto;padding-top:6px}.settings{columns:1}.film img{max-width:none;width:820px}}
        @media print{body{background:#fff}.card,figure{break-inside:avoid}}
        """;
}
