using ActionableModels.Compute;
using ActionableModels.Formats.Mappings;

namespace ActionableModels.Formats.Tests.Mappings;

/// <summary>What is not a mapping is refused with the line, the column and what to write.</summary>
public sealed class MappingRefusalTests
{
    private static string Refusal(string text) => Assert.Throws<ActionableException>(() => EpisodeMapping.Parse(text, "test", "test.yaml")).Message;

    [Theory]
    // Keys and types.
    [InlineData("image: {field: image}", "image: {feild: image}", "line 1, column 16: there is no key \"feild\" here: write one of field, order, orientation")]
    [InlineData("image: {field: image}", "image: image", "line 1, column 8: \"image\" is \"image\": write keys and values")]
    [InlineData("image: {field: image}", "image: {order: bgr}", "line 1, column 8: the key \"field\" is missing from \"image\": add it")]
    [InlineData("image: {field: image}", "image: {field: [a]}", "line 1, column 16: \"field\" is a list: write a text")]
    [InlineData("image: {field: image}", "image: {field: }", "\"field\" is empty: write a text")]
    [InlineData("image: {field: image}", "image: {field: image, order: gbr}", "line 1, column 30: \"order\" is \"gbr\": write rgb or bgr")]
    [InlineData("image: {field: image}", "image: {field: image, orientation: left}", "write upright or upside-down")]
    [InlineData("image: {field: image}", "imege: {field: image}", "line 1, column 8: there is no key \"imege\" here")]
    [InlineData("image: {field: image}", "image: {field: image}\nimage: {field: other}", "line 2, column 1: the key \"image\" stands here a second time")]
    [InlineData("policy: someone", "policy: \"a\\tb\"", "line 2, column 9: a policy's name has at most 200 characters and none of control")]
    [InlineData("success: none", "success: maybe", "line 3, column 10: success is neither none nor keys and values")]
    [InlineData("success: none", "success: {rows: any}", "the key \"field\" is missing from \"success\"")]
    [InlineData("success: none", "success: {field: s, rows: first}", "line 3, column 27: \"rows\" is \"first\": write last or any")]
    [InlineData("success: none", "success: {field: s, above: 1, below: 0}", "line 3, column 38: nothing is above and below that")]
    [InlineData("outside: fault", "outside: cut", "line 4, column 10: \"outside\" is \"cut\": write clip or fault")]
    [InlineData("state: {", "state: [", "")]
    [InlineData(", height: 0", "", "line 5, column 8: the key \"height\" is missing from \"state\": add it")]
    [InlineData("height: 0", "height: high", "line 5, column 36: \"height\" is \"high\": write a number of at most 1e30, without quotes")]
    [InlineData("height: 0", "height: \"0\"", "\"height\" is \"0\": write a number of at most 1e30, without quotes")]
    [InlineData("height: 0", "height: .nan", "write a number")]
    [InlineData("height: 0", "height: 1e31", "write a number")]
    [InlineData("height: 0", "height: {field: h, above: 1}", "line 5, column 54: there is no key \"above\" here: write one of field, index,")]
    [InlineData("height: 0", "height: {change_of: h}", "line 5, column 48: change_of: is of actions; a state is as it stands at each observation")]
    [InlineData("gripper_closed: 0", "gripper_closed: {field: g, above: 0.5, once: true}", "line 5, column 54: once: is of actions; a state holds")]
    [InlineData("gripper_closed: 0", "gripper_closed: 0.5", "line 5, column 25: \"gripper_closed\" is neither 0 nor 1")]
    [InlineData("  terminate: 0\n", "", "line 7, column 3: the key \"terminate\" is missing from \"action\"")]
    [InlineData("  x: 0", "  x: {}", "line 7, column 6: \"x\" needs one of field:, change_of: and target:")]
    [InlineData("  x: 0", "  x: {field: a, change_of: b}", "line 7, column 6: \"x\" needs one of field:, change_of: and target:")]
    [InlineData("  x: 0", "  x: {target: a}", "\"x\" needs target: and current: together")]
    [InlineData("  x: 0", "  x: {field: a, current: b}", "\"x\" needs target: and current: together")]
    [InlineData("  x: 0", "  x: {field: a, current_index: 1}", "line 7, column 32: current_index: goes with target: and current:")]
    [InlineData("  x: 0", "  x: {field: a, index: -1}", "line 7, column 24: \"index\" is \"-1\": write a whole number from 0 to")]
    [InlineData("  x: 0", "  x: {field: a, index: 1.5}", "write a whole number from 0 to")]
    [InlineData("  x: 0", "  x: {field: a, index: 99999999999}", "write a whole number from 0 to")]
    [InlineData("  x: 0", "  x: {field: a, scale: 0}", "line 7, column 24: a scale of 0 makes every number 0")]
    [InlineData("  x: 0", "  x: {field: a, as: radians}", "there is no key \"as\" here")]
    [InlineData("  x: 0", "  x: [a]", "line 7, column 6: \"x\" is a list: write keys and values")]
    [InlineData("  azimuth: 0", "  azimuth: {field: a, as: euler}", "write radians or degrees or quaternion-xyzw or quaternion-wxyz or rotation-vector or sine-cosine")]
    [InlineData("  close: 0", "  close: 2", "line 11, column 10: \"close\" is neither 0 nor 1")]
    [InlineData("  close: 0", "  close: {field: a, once: true}", "line 11, column 27: once: goes with above: or below:")]
    [InlineData("  close: 0", "  close: {field: a, above: 1, once: yes}", "line 11, column 37: \"once\" is \"yes\": write true or false")]
    [InlineData("  close: 0", "  close: {field: a, above: 1, below: 1}", "nothing is above and below that")]
    [InlineData("outside: fault", "frame: {axes: [x, y]}", "line 4, column 15: axes are the source's three")]
    [InlineData("outside: fault", "frame: {axes: [x, y, -y]}", "axes are the source's three")]
    [InlineData("outside: fault", "frame: {axes: [x, y, up]}", "line 4, column 22: \"axes\" is \"up\": write x or y or z or -x or -y or -z")]
    [InlineData("outside: fault", "frame: {scale: 0}", "line 4, column 16: a frame's scale is above 0")]
    [InlineData("outside: fault", "bounds: {w: {low: 0, high: 1}}", "there is no key \"w\" here")]
    [InlineData("outside: fault", "bounds: {x: {low: 0}}", "the key \"high\" is missing from \"x\"")]
    [InlineData("outside: fault", "bounds: {x: {low: 1, high: 0}}", "line 4, column 13: the low bound of x is above its high one")]
    [InlineData("outside: fault", "bounds: {x: {low: -1e7, high: 1e7}}", "line 4, column 9: test.yaml: the bounds of action x")]
    [InlineData("outside: fault", "bounds: {x: {low: 0, high: 1, deviation: -1}}", "the bounds of action x")]
    [InlineData("outside: fault", "bounds: {close: {low: 0, high: 0.5}}", "the bounds of action close")]
    [InlineData("outside: fault", "bounds: {close: {low: 0, high: 1, deviation: 1}}", "line 4, column 46: close is 0 or 1 and has no deviation")]
    // YAML that is more than this language.
    [InlineData("outside: fault", "outside: &a fault", "line 4, column 10: anchors (&name) are not understood")]
    [InlineData("outside: fault", "outside: *a", "line 4, column 10: aliases (*name) are not understood")]
    [InlineData("outside: fault", "outside: !!str fault", "line 4, column 10: tags (!name) are not understood")]
    [InlineData("outside: fault", "[a]: fault", "line 4, column 1: a key is a word")]
    [InlineData("outside: fault", "datasets: [[[[[[[a]]]]]]]", "line 4, column 17: more than 6 levels")]
    [InlineData("outside: fault", "datasets: kuka", "\"datasets\" is \"kuka\": write a list")]
    [InlineData("outside: fault", "outside: 'fault", "this is not YAML")]
    [InlineData("outside: fault", "outside: fault\n\tx: 1", "this is not YAML")]
    [InlineData("  terminate: 0\n", "  terminate: 0\n---\na: b\n", "a second document begins")]
    [InlineData("image: {field: image}", "%YAML 1.1\n---\nimage: {field: image}", "directives are not understood")]
    public void A_wrong_part_is_named_with_its_place(string right, string wrong, string message)
    {
        var text = MappingText.With();
        Assert.Contains(right, text);
        var refusal = Refusal(text.Replace(right, wrong));
        Assert.StartsWith("test.yaml: ", refusal);
        Assert.Contains(message, refusal);
        Assert.DoesNotContain('\n', refusal);
    }

    [Theory]
    [InlineData("", "test.yaml: the file is empty: write a mapping")]
    [InlineData("# nothing\n", "test.yaml: the file is empty: write a mapping")]
    [InlineData("word", "test.yaml: line 1, column 1: the document is \"word\": write keys and values")]
    [InlineData("[]", "test.yaml: line 1, column 1: the document is a list")]
    [InlineData("{}", "test.yaml: line 1, column 1: the key \"image\" is missing: add it")]
    public void What_is_no_mapping_at_all_is_refused(string text, string message) => Assert.StartsWith(message, Refusal(text));

    [Fact]
    public void A_large_text_is_refused()
    {
        Assert.Contains("more than 64 KiB", Refusal(new string('#', 70_000)));
        Assert.Contains("more than 2000 values", Refusal("datasets: [" + string.Join(", ", Enumerable.Repeat("a", 3000)) + "]"));
        Assert.Contains("more than 6 levels", Refusal("datasets: " + new string('[', 60_000)));
    }

    [Fact]
    public void A_frame_on_its_side_cannot_have_an_azimuth() =>
        Assert.Contains("line 4, column 8: our z is not the source's z or -z", Assert.Throws<ActionableException>(() =>
            MappingText.Parse(("frame", "{axes: [z, x, y]}"), ("azimuth", "{field: a}"), ("outside", ""))).Message);

    [Fact]
    public void Files_that_are_none_are_refused()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        string Fault(string path) => Assert.Throws<ActionableException>(() => EpisodeMapping.Load(path)).Message;
        try
        {
            Assert.Contains("there is no mapping of that name and no such file: write one of mt_opt, ", Fault(Path.Combine(folder, "none")));
            Assert.Contains("there is no mapping of that name", Fault(folder));
            var path = Path.Combine(folder, "own.yaml");
            File.WriteAllBytes(path, [(byte)'a', 0xFF, 0xFE]);
            Assert.Contains("own.yaml: this is not UTF-8 text: save it as UTF-8", Fault(path));
            File.WriteAllText(path, new string(' ', 65_537));
            Assert.Contains("own.yaml: a mapping of more than 64 KiB: shorten it", Fault(path));
            File.WriteAllText(path, "\uFEFF" + MappingText.With());
            var own = EpisodeMapping.Load(path);
            Assert.Equal(("own", MappingText.With(), "image"), (own.Name, own.Text, own.ImageField));
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
