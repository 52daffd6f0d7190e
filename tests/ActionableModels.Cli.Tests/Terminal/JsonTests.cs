using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActionableModels.Cli.Bench;
using ActionableModels.Cli.Commands;
using ActionableModels.Cli.Terminal;
using ActionableModels.Compute.Cpu;

namespace ActionableModels.Cli.Tests.Terminal;

public class JsonTests
{
    [Fact]
    public void Json_is_one_object_on_one_line_with_snake_case_keys()
    {
        var output = new StringWriter { NewLine = "\n" };
        var result = new BenchResult("layer", 1, "ms", 0.5, double.NaN, double.PositiveInfinity, 1, 3, 2, "GFLOP/s", 0, null, 4);
        JsonOut.Write(new BenchReport("here", "cpu", "one", SimdLevel.Vector128, 2, "auto", null, [result], null), output);
        Assert.Equal("""{"machine":"here","device":"cpu","description":"one","instruction_set":"vector128","threads":2,"convolution":"auto","commit":null,"results":"""
            + """[{"work":"layer","batch":1,"unit":"ms","median":0.5,"p10":null,"p90":null,"p99":1,"runs":3,"rate":2,"rate_unit":"GFLOP/s","""
            + "\"allocated_bytes\":0,\"peak_bytes\":null,\"device_bytes\":4}],\"behaviour\":null}\n", output.ToString());
        output.GetStringBuilder().Clear();
        JsonOut.Write(new ActResult([0.5f, float.NaN], ["x"], float.NegativeInfinity, 1, 0.25f, ulong.MaxValue, null), output);
        Assert.Equal("""{"action":[0.5,null],"names":["x"],"q":null,"gripper_closed":1,"height":0.25,"seed":18446744073709551615,"recorded":null}""" + "\n",
            output.ToString());
    }

    [Fact]
    public void Json_keeps_every_text_valid()
    {
        var output = new StringWriter();
        JsonOut.Write(new ReportResult("Actionable \"Models\" line\nbreak \u0001 é", []), output);
        Assert.Equal("Actionable \"Models\" line\nbreak \u0001 é", JsonDocument.Parse(output.ToString()).RootElement.GetProperty("report").GetString());
        Assert.Equal(1, output.ToString().Count(c => c == '\n'));
    }

    [Fact]
    public void Enumerations_are_written_by_name()
    {
        var enums = typeof(JsonTypes).GetProperties().Where(p => p.PropertyType.IsGenericType && p.PropertyType.GetGenericTypeDefinition() == typeof(JsonTypeInfo<>))
            .Select(p => p.PropertyType.GenericTypeArguments[0]).Where(t => t.IsEnum).ToArray();
        Assert.NotEmpty(enums);
        foreach (var type in enums)
        {
            var last = Enum.GetValues(type).Cast<object>().Last();
            Assert.Equal($"\"{JsonNamingPolicy.SnakeCaseLower.ConvertName(last.ToString()!)}\"", JsonOut.Text(last, JsonOut.Line));
        }
    }
}
