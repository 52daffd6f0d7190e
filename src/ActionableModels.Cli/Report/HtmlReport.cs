using System.Buffers.Binary;
using System.Globalization;
using ActionableModels.Compute;
using ActionableModels.Metrics;
using ActionableModels.Storage;

namespace ActionableModels.Cli.Report;

/// <summary>
/// Writes a report as one HTML page that loads nothing: style, drawings and pictures are inside, and it has no script. Equal data
/// gives equal bytes. The page is well-formed XML too.
/// </summary>
public static class HtmlReport
{
    /// <summary>The page's text.</summary>
    public static string Render(ReportData data)
    {
        var page = new Markup();
        page.Add($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width,initial-scale=1"/>
            <link rel="icon" href="data:,"/>
            <title>{data.Title}</title>
            <style>

            """).Raw(ReportStyle.Css).Add($"""

            </style>
            </head>
            <body>
            <main>

            """);
        Header(page, data);
        if (data.SuccessRows.Count > 0) Success(page, data.SuccessRows);
        if (data.Strips.Count > 0) Strips(page, data.Strips);
        if (data.Charts.Count > 0)
            Plots(page, "Learning curves", data.Charts.Select(c => (c.Title, c.Note, c.Series.Select(s => s.Name), LineChart.Draw(c))));
        if (data.Histograms.Count > 0)
            Plots(page, "Q-values", data.Histograms.Select(h => (h.Title, h.Note, h.Series.Select(HistogramName), HistogramPlot.Draw(h))));
        foreach (var section in data.Tables) Tables(page, section);
        foreach (var section in data.Latencies) Latency(page, section);
        if (data.Settings.Count > 0) Settings(page, data.Settings);
        page.Add($"<footer>Written by actionable {data.Version}. This page loads nothing from elsewhere.</footer>\n</main>\n</body>\n</html>\n");
        return page.ToString();
    }

    private static void Header(Markup page, ReportData data)
    {
        page.Add($"<header>\n<h1>{data.Title}</h1>\n<p class=\"sub\">{data.Subtitle}</p>\n");
        if (data.Facts.Count > 0)
        {
            page.Raw("<ul class=\"facts\">");
            foreach (var fact in data.Facts) page.Add($"<li><span>{fact.Name}</span>{fact.Value}</li>");
            page.Raw("</ul>\n");
        }
        page.Raw("</header>\n");
        if (data.Summary.Count == 0) return;
        page.Raw("<section class=\"numbers\">\n");
        foreach (var item in data.Summary)
        {
            page.Add($"""<div class="card"><div class="name">{item.Label}</div><div class="value{(item.Good ? " good" : "")}">{item.Value}</div>""");
            page.Add($"""<div class="note">{item.Note}</div></div>""").Raw("\n");
        }
        page.Raw("</section>\n");
    }

    private static void Success(Markup page, IReadOnlyList<SuccessRow> rows)
    {
        var datasets = rows.Any(r => r.Dataset.Length > 0);
        page.Raw("<h2>Success</h2>\n");
        page.Raw("<p class=\"note\">Share of evaluation episodes that reached their goal image; lines are 95 % Wilson intervals.</p>\n");
        page.Raw("<section class=\"card\">\n<table>\n<thead><tr><th>Method</th>").Raw(datasets ? "<th>Dataset</th>" : "");
        page.Raw("<th class=\"right\">Successes</th><th class=\"right\">Rate</th><th class=\"right\">95 % interval</th>");
        page.Raw("<th class=\"span\"><div class=\"scale\"><span>0</span><span>25</span><span>50</span><span>75</span><span>100 %</span></div></th>");
        page.Raw("</tr></thead>\n<tbody>\n");
        foreach (var row in rows)
        {
            page.Raw(row.Emphasis ? "<tr class=\"main\">" : "<tr>").Add($"<td>{row.Method}");
            if (row.Seeds.Length > 0) page.Add($" <span class=\"seeds\">seeds {row.Seeds}</span>");
            page.Raw("</td>");
            if (datasets) page.Add($"<td data-name=\"data\">{row.Dataset}</td>");
            page.Add($"<td class=\"right\" data-name=\"successes\">{row.Rate.Successes} of {row.Rate.Trials}</td>");
            page.Add($"<td class=\"right\" data-name=\"rate\">{Percent(row.Rate.Rate)} %</td>");
            page.Add($"<td class=\"right\" data-name=\"interval\">{Percent(row.Rate.Low)} – {Percent(row.Rate.High)} %</td>");
            page.Add($"<td class=\"span\">{Whisker(row.Rate)}</td></tr>\n");
        }
        page.Raw("</tbody>\n</table>\n</section>\n");
    }

    private static Markup Whisker(WilsonInterval rate)
    {
        const double width = 400, middle = 11;
        var (low, high) = (rate.Low * width, rate.High * width);
        var svg = new Markup().Add($"""<svg class="whisker" viewBox="0 0 {width} 22" preserveAspectRatio="none" aria-hidden="true">""");
        svg.Add($"""<rect class="track" y="4" width="{width}" height="14"/><rect class="rate" y="4" width="{rate.Rate * width}" height="14"/>""");
        svg.Add($"""<path class="quarter" d="M{width / 4} 4v14M{width / 2} 4v14M{width * 3 / 4} 4v14"/>""");
        return svg.Add($"""<path d="M{low} {middle}H{high}M{low} 7v8M{high} 7v8"/></svg>""");
    }

    private static void Strips(Markup page, IReadOnlyList<Strip> strips)
    {
        page.Raw("<h2>Episodes</h2>\n");
        page.Raw("<p class=\"note\">Left, the goal image that the policy was given; then what the camera saw, step by step.</p>\n");
        page.Raw("<section class=\"strips\">\n");
        foreach (var strip in strips)
        {
            page.Add($"""<figure class="card"><div class="film"><img alt="{strip.Caption}"{Size(strip.Png)} src="data:image/png;base64,""");
            page.Raw(Convert.ToBase64String(strip.Png)).Raw("\"/></div><figcaption>");
            if (strip.Success is { } success)
                page.Raw(success ? "<span class=\"tag good\">✓ reached</span>" : "<span class=\"tag bad\">✗ missed</span>");
            page.Add($"{strip.Caption}</figcaption></figure>\n");
        }
        page.Raw("</section>\n");
    }

    // Width and height from the PNG header keep the page from jumping while pictures are decoded.
    private static Markup Size(byte[] png)
    {
        var size = new Markup();
        if (png.Length < 24) return size;
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));
        return size.Add($" width=\"{width}\" height=\"{height}\"");
    }

    private static void Plots(Markup page, string heading,
        IEnumerable<(string Title, string Note, IEnumerable<string> Names, Markup Drawing)> plots)
    {
        page.Add($"<h2>{heading}</h2>\n<section class=\"charts\">\n");
        foreach (var (title, note, names, drawing) in plots) Plot(page, title, note, names, drawing);
        page.Raw("</section>\n");
    }

    private static void Plot(Markup page, string title, string note, IEnumerable<string> names, Markup drawing)
    {
        page.Add($"<div class=\"card\">\n<h3>{title}</h3>\n");
        if (note.Length > 0) page.Add($"<p class=\"note\">{note}</p>\n");
        page.Raw("<ul class=\"legend\">");
        var color = 0;
        foreach (var name in names) page.Add($"<li class=\"s{color++ % LineChart.Colors}\"><i></i><b>{name}</b></li>");
        page.Add($"</ul>\n<div class=\"scroll\">{drawing}</div></div>\n");
    }

    private static void Latency(Markup page, LatencySection section)
    {
        page.Add($"<h2>{section.Title}</h2>\n<p class=\"note\">{section.Note}</p>\n<section class=\"wide\">\n");
        foreach (var chart in section.Charts)
            Plot(page, chart.Title, chart.Note, chart.Series.Select(s => s.Name), LatencyPlot.Draw(chart));
        foreach (var table in section.Tables) Table(page, table);
        page.Raw("</section>\n");
    }

    private static void Tables(Markup page, TableSection section)
    {
        page.Add($"<h2>{section.Title}</h2>\n<p class=\"note\">{section.Note}</p>\n<section class=\"wide\">\n");
        foreach (var table in section.Tables) Table(page, table);
        page.Raw("</section>\n");
    }

    private static void Table(Markup page, ReportTable table)
    {
        page.Raw("<div class=\"card scroll\">\n");
        if (table.Note.Length > 0) page.Add($"<p class=\"note\">{table.Note}</p>\n");
        page.Raw("<table class=\"figures\">\n<thead><tr>");
        for (var c = 0; c < table.Headings.Count; c++)
            page.Raw(c == 0 ? "<th>" : "<th class=\"right\">").Add($"{table.Headings[c]}</th>");
        page.Raw("</tr></thead>\n<tbody>\n");
        foreach (var row in table.Rows)
        {
            page.Raw("<tr>");
            for (var c = 0; c < row.Count; c++)
                if (c == 0) page.Add($"<td>{row[c]}</td>");
                else page.Add($"<td class=\"right\">{row[c]}</td>");
            page.Raw("</tr>\n");
        }
        page.Raw("</tbody>\n</table>\n</div>\n");
    }

    private static void Settings(Markup page, IReadOnlyList<Setting> settings)
    {
        page.Raw("<h2>Settings</h2>\n<section class=\"card\">\n<dl class=\"settings\">\n");
        foreach (var setting in settings) page.Add($"<div><dt>{setting.Name}</dt><dd>{setting.Value}</dd></div>\n");
        page.Raw("</dl>\n</section>\n");
    }

    private static string HistogramName(HistogramSeries series) => series.Mean is { } mean
        ? series.Name + string.Create(CultureInfo.InvariantCulture, $" (mean {mean:0.000})")
        : series.Name;

    private static string Percent(double rate) => (100 * rate).ToString("0.0", CultureInfo.InvariantCulture);
}
