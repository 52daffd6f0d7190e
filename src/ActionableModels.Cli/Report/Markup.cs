using System.Globalization;
using System.Text;

namespace ActionableModels.Cli.Report;

/// <summary>
/// Builds markup that is both HTML and well-formed XML. Interpolated values are escaped unless they are <see cref="Markup"/> themselves;
/// numbers have at most two decimals and are culture-free, which is what coordinates need.
/// </summary>
internal sealed class Markup
{
    private readonly StringBuilder text = new();

    /// <summary>Appends markup.</summary>
    public Markup Add([System.Runtime.CompilerServices.InterpolatedStringHandlerArgument("")] Handler markup) => this;

    /// <summary>Appends markup that was built before.</summary>
    public Markup Add(Markup markup)
    {
        text.Append(markup.text);
        return this;
    }

    /// <summary>Appends trusted text as it is.</summary>
    public Markup Raw(string trusted)
    {
        text.Append(trusted);
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => text.ToString();

    private void Escape(string? value)
    {
        foreach (var rune in (value ?? "").EnumerateRunes())
            switch (rune.Value)
            {
                case '<': text.Append("&lt;"); break;
                case '>': text.Append("&gt;"); break;
                case '&': text.Append("&amp;"); break;
                case '"': text.Append("&quot;"); break;
                case '\'': text.Append("&#39;"); break;
                case '\t' or '\n' or '\r': text.Append(' '); break;
                // Neither XML nor HTML can hold control characters and non-characters.
                case < 0x20 or (>= 0x7F and < 0xA0) or 0xFFFE or 0xFFFF: text.Append('\uFFFD'); break;
                default: text.Append(rune.ToString()); break;
            }
    }

    /// <summary>Receives the parts of an interpolated string.</summary>
    [System.Runtime.CompilerServices.InterpolatedStringHandler]
    public readonly struct Handler
    {
        private readonly Markup target;

        /// <summary>Called by the compiler.</summary>
        public Handler(int literalLength, int formattedCount, Markup target) => this.target = target;

        /// <summary>The literal parts: markup.</summary>
        public void AppendLiteral(string markup) => target.text.Append(markup);
        /// <summary>Text from outside.</summary>
        public void AppendFormatted(string? value) => target.Escape(value);
        /// <summary>A coordinate.</summary>
        public void AppendFormatted(double value) =>
            target.text.Append((Math.Round(value, 2) + 0.0).ToString("0.##", CultureInfo.InvariantCulture));
        /// <summary>A whole number.</summary>
        public void AppendFormatted(int value) => target.text.Append(value.ToString(CultureInfo.InvariantCulture));
        /// <summary>Markup.</summary>
        public void AppendFormatted(Markup value) => target.text.Append(value.text);
    }
}
