using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActionableModels.Checkpoints;
using ActionableModels.Learning;

namespace ActionableModels.Tests.Checkpoints;

public class HeaderJsonTests
{
    [Fact]
    public void A_setting_that_a_file_leaves_out_keeps_its_default()
    {
        Assert.Equal(new TrainingSettings(), TrainingSettings.FromJson("{}", "test"));
        Assert.Equal(new TrainingSettings { Batch = 3 }, TrainingSettings.FromJson("""{"Batch":3}""", "test"));
    }

    [Fact]
    public void Enumerations_are_read_and_written_by_name_alone()
    {
        var enums = typeof(HeaderJson).GetProperties().Where(p => p.PropertyType.IsGenericType && p.PropertyType.GetGenericTypeDefinition() == typeof(JsonTypeInfo<>))
            .Select(p => p.PropertyType.GenericTypeArguments[0]).Where(t => t.IsEnum).ToArray();
        Assert.Equal(11, enums.Length);
        foreach (var type in enums)
        {
            var last = Enum.GetValues(type).Cast<object>().Last();
            var json = HeaderJson.Default.GetTypeInfo(type)!;
            Assert.Equal($"\"{last}\"", JsonSerializer.Serialize(last, json));
            Assert.Equal(last, JsonSerializer.Deserialize($"\"{last}\"", json));
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("0", json));
        }
    }
}
