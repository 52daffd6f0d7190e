using ActionableModels.Actions;
using ActionableModels.Formats.Mappings;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Tests.Mappings;

/// <summary>Every construct of a mapping against values computed by hand.</summary>
public sealed class NumberExpressionTests
{
    private const float Half = MathF.PI / 2;

    [Fact]
    public void A_number_of_a_field_is_scaled_then_offset()
    {
        var episode = new MappingFakeEpisode(2).With("a", 3, 1, 2, 3, 4, 5, 6, 7, 8, 9).With("h", 1, 10, 20, 30);
        var mapped = MappingText.Parse(("x", "{field: a, index: 1, scale: 0.01, offset: -0.03}"), ("height", "{field: h, scale: 0.001}"),
            ("bounds", "{x: {low: -1, high: 1}}")).Map(episode);
        Assert.Equal([(float)(2 * 0.01 - 0.03), (float)(5 * 0.01 - 0.03)], mapped.Column(0));
        Assert.Equal([0, 0.01f, 0, 0.02f, 0, 0.03f], mapped.States);
        Assert.Equal("someone", mapped.Policy);
        Assert.Null(mapped.Success);
    }

    [Fact]
    public void Constants_fix_their_bounds()
    {
        var mapping = MappingText.Parse(("z", "-0.01"), ("terminate", "0"), ("open", "1"));
        Assert.Equal([-0.01f, 0, 1], new[] { 2, 6, 5 }.Select(d => mapping.Actions.Low[d]));
        Assert.Equal(mapping.Actions.Low, mapping.Actions.High);
        Assert.Equal([-0.01f, -0.01f], mapping.Map(new MappingFakeEpisode(2)).Column(2));
    }

    [Fact]
    public void Bounds_are_those_of_QtOpt_where_nothing_else_is_said()
    {
        var mapping = MappingText.Parse(("x", "{field: a}"), ("azimuth", "{field: a}"), ("close", "{field: a}"),
            ("bounds", "{x: {low: -0.2, high: 0.4}}"));
        Assert.Equal((-0.2f, 0.4f, 0.1f), (mapping.Actions.Low[0], mapping.Actions.High[0], mapping.Actions.InitialDeviation[0]));
        Assert.Equal((ActionSpace.QtOpt.Low[3], ActionSpace.QtOpt.High[3]), (mapping.Actions.Low[3], mapping.Actions.High[3]));
        Assert.Equal((0, 1), (mapping.Actions.Low[4], mapping.Actions.High[4]));
    }

    [Fact]
    public void Above_and_below_make_flags()
    {
        var episode = new MappingFakeEpisode(4).With("g", 1, 0.5f, -0.5f, 0.05f, 0.1f, 9);
        var mapped = MappingText.Parse(("close", "{field: g, above: 0.1}"), ("open", "{field: g, below: -0.1}"),
            ("terminate", "{field: g, above: 0, below: 0.2}"), ("closed", "{field: g, above: 5}")).Map(episode);
        // float32's 0.1 is above the number 0.1.
        Assert.Equal([1, 0, 0, 1], mapped.Column(4));
        Assert.Equal([0, 1, 0, 0], mapped.Column(5));
        Assert.Equal([0, 0, 1, 1], mapped.Column(6));
        Assert.Equal([0, 0, 0, 0, 1], Enumerable.Range(0, 5).Select(t => mapped.States[2 * t]));
    }

    [Fact]
    public void Once_keeps_a_flag_only_where_the_step_before_has_none()
    {
        var episode = new MappingFakeEpisode(6).With("open", 1, 1, 1, 0, 0, 1, 1, 0);
        var mapped = MappingText.Parse(("open", "{field: open, above: 0.5, once: true}"), ("close", "{field: open, below: 0.5, once: true}")).Map(episode);
        Assert.Equal([1, 0, 0, 0, 1, 0], mapped.Column(5));
        Assert.Equal([0, 0, 1, 0, 0, 0], mapped.Column(4));
    }

    [Fact]
    public void A_pose_less_another_is_a_displacement()
    {
        var episode = new MappingFakeEpisode(2).With("target", 3, 1, 2, 3, 4, 5, 6).With("now", 2, 0.5f, 9, 3.75f, 9, 0, 0);
        Assert.Equal([0.5f, 0.25f], MappingText.Parse(("x", "{target: target, current: now, index: 0}"), ("bounds", "{x: {low: -1, high: 1}}"))
            .Map(episode).Column(0));
        Assert.Equal([1.5f, 1.25f], MappingText.Parse(("x", "{target: target, current: now, index: 1, current_index: 0}"),
            ("bounds", "{x: {low: -2, high: 2}}")).Map(episode).Column(0));
    }

    [Fact]
    public void A_change_is_the_next_observation_less_this_one()
    {
        var episode = new MappingFakeEpisode(2).With("pos", 3, 0, 0, 1, 0, 0, 1.25f, 0, 0, 1);
        Assert.Equal([0.25f, -0.25f], MappingText.Parse(("z", "{change_of: pos, index: 2}"), ("bounds", "{z: {low: -1, high: 1}}")).Map(episode).Column(2));
    }

    [Theory]
    [InlineData("radians", new[] { 0.25f }, 0.25)]
    [InlineData("radians", new[] { 4f }, 4 - 2 * Math.PI)]
    [InlineData("degrees", new[] { 90f }, Math.PI / 2)]
    [InlineData("degrees", new[] { 270f }, -Math.PI / 2)]
    [InlineData("sine-cosine", new[] { 1f, 0 }, Math.PI / 2)]
    [InlineData("sine-cosine", new[] { 0.6f, -0.8f }, 2.4980915447965089)]
    [InlineData("quaternion-xyzw", new[] { 0, 0, 0.70710678f, 0.70710678f }, Math.PI / 2)]
    [InlineData("quaternion-wxyz", new[] { 0.70710678f, 0, 0, 0.70710678f }, Math.PI / 2)]
    [InlineData("quaternion-wxyz", new[] { -0.70710678f, 0, 0, -0.70710678f }, Math.PI / 2)]
    [InlineData("quaternion-xyzw", new[] { 0.70710678f, 0, 0, 0.70710678f }, 0)]
    [InlineData("rotation-vector", new[] { 0, 0, -0.75f }, -0.75)]
    [InlineData("rotation-vector", new[] { 0, 0, 3.5f }, 3.5 - 2 * Math.PI)]
    [InlineData("rotation-vector", new[] { 0.3f, 0, 0 }, 0)]
    [InlineData("rotation-vector", new[] { 0f, 0, 0 }, 0)]
    public void The_azimuth_is_taken_from_every_form_of_rotation(string form, float[] numbers, double azimuth)
    {
        var episode = new MappingFakeEpisode(1).With("r", numbers.Length, numbers);
        var index = form is "radians" or "degrees" ? "" : ", index: 0";
        var mapped = MappingText.Parse(("azimuth", $"{{field: r{index}, as: {form}}}"), ("bounds", "{azimuth: {low: -3.2, high: 3.2}}")).Map(episode);
        Assert.Equal(azimuth, mapped.Actions[3], 5e-7);
    }

    [Theory]
    [InlineData(0, 0.5, 0.5)]
    [InlineData(3, -3, 0.28318530717958623)]
    [InlineData(-3, 3, -0.28318530717958623)]
    [InlineData(0.1, 3.2415925, 3.1415925)]
    public void Differences_of_yaw_go_the_short_way(double now, double target, double azimuth)
    {
        // A tool that points down: turned about x by a half turn, then by the yaw about z.
        float[] Down(double yaw) => [(float)Math.Cos(yaw / 2), (float)Math.Sin(yaw / 2), 0, 0];
        float[] Upright(double yaw) => [0, 0, (float)Math.Sin(yaw / 2), (float)Math.Cos(yaw / 2)];
        foreach (var pose in new[] { Down, Upright })
        {
            var episode = new MappingFakeEpisode(1).With("t", 4, pose(target)).With("s", 4, [.. pose(now), 0, 0, 0, 1]);
            var mapped = MappingText.Parse(("azimuth", "{target: t, current: s, index: 0, as: quaternion-xyzw}"),
                ("bounds", "{azimuth: {low: -3.2, high: 3.2}}")).Map(episode);
            Assert.Equal(azimuth, mapped.Actions[3], 1e-6);
        }
        var angles = new MappingFakeEpisode(1).With("yaw", 1, (float)now, (float)target)
            .With("pair", 2, (float)Math.Sin(now), (float)Math.Cos(now), (float)Math.Sin(target), (float)Math.Cos(target))
            .With("vector", 3, 0, 0, (float)now, 0, 0, (float)target);
        foreach (var form in new[] { "yaw", "yaw, as: radians", "pair, as: sine-cosine", "vector, as: rotation-vector" })
            Assert.Equal(azimuth, MappingText.Parse(("azimuth", $"{{change_of: {form}}}"), ("bounds", "{azimuth: {low: -3.2, high: 3.2}}")).Map(angles).Actions[3], 1e-6);
    }

    [Fact]
    public void Angles_within_half_a_turn_keep_their_bits()
    {
        float[] angles = [MathF.PI, MathF.BitDecrement(MathF.PI), -MathF.BitDecrement(MathF.PI), 0.1f, -1e-30f];
        var mapped = MappingText.Parse(("azimuth", "{field: a}"), ("bounds", "{azimuth: {low: -3.2, high: 3.2}}"))
            .Map(new MappingFakeEpisode(5).With("a", 1, angles));
        Assert.Equal(angles, mapped.Column(3));
    }

    [Theory]
    [InlineData("[x, y, z]", 0.01, 0.02, 0.03, 0.5)]
    [InlineData("[-y, x, z]", -0.02, 0.01, 0.03, 0.5)]
    [InlineData("[y, x, -z]", 0.02, 0.01, -0.03, -0.5)]
    [InlineData("[x, -y, -z]", 0.01, -0.02, -0.03, -0.5)]
    [InlineData("[-x, y, z]", -0.01, 0.02, 0.03, -0.5)]
    public void A_frame_turns_displacements_and_azimuth(string axes, double x, double y, double z, double azimuth)
    {
        var episode = new MappingFakeEpisode(1).With("mm", 4, 10, 20, 30, 0.5f);
        var mapped = MappingText.Parse(("frame", $"{{axes: {axes}, scale: 0.001}}"), ("x", "{field: mm, index: 0}"), ("y", "{field: mm, index: 1}"),
            ("z", "{field: mm, index: 2}"), ("azimuth", "{field: mm, index: 3}")).Map(episode);
        Assert.Equal([(float)x, (float)y, (float)z, (float)azimuth], mapped.Actions[..4]);
    }

    [Fact]
    public void A_frame_that_lies_on_its_side_has_no_azimuth()
    {
        var mapped = MappingText.Parse(("frame", "{axes: [z, x, y]}"), ("x", "{field: a, index: 0}"), ("z", "-0.05")).Map(new MappingFakeEpisode(1)
            .With("a", 2, 0.01f, 0));
        Assert.Equal([-0.05f, 0.01f, 0], mapped.Actions[..3]);
    }

    [Fact]
    public void What_lies_outside_the_bounds_is_cut_and_counted_or_a_fault()
    {
        var episode = new MappingFakeEpisode(4).With("a", 1, 0.05f, 0.1f, 0.3f, -7).With("t", 1, 0, 1, 0, 1);
        (string, string)[] parts = [("x", "{field: a}"), ("terminate", "{field: t}"), ("bounds", "{terminate: {low: 0, high: 0}}")];
        var mapped = MappingText.Parse([.. parts, ("outside", "clip")]).Map(episode);
        Assert.Equal([0.05f, 0.1f, 0.1f, -0.1f], mapped.Column(0));
        Assert.Equal([0, 0, 0, 0], mapped.Column(6));
        Assert.Equal([2, 0, 0, 0, 0, 0, 2], mapped.Clipped);
        var fault = Assert.Throws<SourceException>(() => MappingText.Parse(parts).Map(episode));
        Assert.Equal((7L, null), (fault.Record, fault.Field));
        Assert.Contains("step 1: terminate is 1, not within [0, 0]: widen the bounds in the mapping, or write outside: clip", fault.Message);
    }

    [Fact]
    public void Rounding_at_the_bounds_is_neither_cut_nor_counted()
    {
        var just = MathF.BitIncrement(0.1f);
        var mapped = MappingText.Parse(("x", "{field: a}")).Map(new MappingFakeEpisode(1).With("a", 1, just));
        Assert.Equal(just, mapped.Actions[0]);
        Assert.Equal(0, mapped.Clipped[0]);
    }

    [Fact]
    public void A_field_is_asked_for_once()
    {
        var episode = new MappingFakeEpisode(1).With("a", 3, 0, 0, 0);
        MappingText.Parse(("x", "{field: a, index: 0}"), ("y", "{field: a, index: 1}"), ("z", "{field: a, index: 2}")).Map(episode);
        Assert.Equal(1, episode.Asked);
    }

    [Theory]
    [InlineData("{field: s}", new[] { 1f }, true)]
    [InlineData("{field: s}", new[] { 1f, 0 }, false)]
    [InlineData("{field: s, rows: any}", new[] { 0f, 1, 0 }, true)]
    [InlineData("{field: s, rows: any}", new[] { 0f, 0, 0 }, false)]
    [InlineData("{field: s, above: 0.5}", new[] { 9f, 0.5f }, false)]
    [InlineData("{field: s, above: 0.5}", new[] { 0f, 0.6f }, true)]
    [InlineData("{field: s, rows: any, below: -1}", new[] { 0f, -2, 0 }, true)]
    public void Success_is_the_last_row_or_any(string rule, float[] rows, bool success) =>
        Assert.Equal(success, MappingText.Parse(("success", rule)).Map(new MappingFakeEpisode(1).With("s", 1, rows)).Success);

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, true)]
    public void Success_that_nobody_knows_is_none(float known, bool? success) =>
        Assert.Equal(success, MappingText.Parse(("success", "{field: s, index: 1, known: k}")).Map(new MappingFakeEpisode(1).With("s", 2, 0, 1)
            .With("k", 1, known)).Success);

    [Fact]
    public void A_policy_is_a_literal_or_the_first_text_of_a_field()
    {
        var episode = new MappingFakeEpisode(1).With("who", "  scripted\nby me ", "x").With("long", new string('a', 500)).With("empty", "");
        string Policy(string rule) => MappingText.Parse(("policy", rule)).Map(episode).Policy;
        Assert.Equal("a person", Policy("a person"));
        Assert.Equal("scripted by me", Policy("{field: who}"));
        Assert.Equal(new string('a', 200), Policy("{field: long}"));
        Assert.Equal("test", Policy("{field: empty}"));
        Assert.Equal("test", Policy(""));
    }

    [Theory]
    [InlineData("x", "{field: a, index: 3}", "a", "it has 3 numbers, there is no number 3")]
    [InlineData("x", "{field: a}", "a", "it has 3 numbers, not 1: say which with index:")]
    [InlineData("x", "{field: b}", "b", "it has 1 rows, 2 are needed")]
    [InlineData("x", "{field: c}", "c", "there is no such field")]
    [InlineData("x", "{field: nan}", "nan", "step 1: NaN is not a finite number")]
    [InlineData("x", "{target: one, current: nan}", "nan", "step 1: NaN is not a finite number")]
    [InlineData("x", "{change_of: nan}", "nan", "step 1: NaN is not a finite number")]
    [InlineData("height", "{field: infinite}", "infinite", "step 2: Infinity is not a finite number")]
    [InlineData("height", "{field: one, scale: 1e30, offset: 1}", null, null)]
    [InlineData("height", "{field: large, scale: 1e30}", null, "step 0: height is Infinity, not a finite number: correct scale:")]
    [InlineData("closed", "{field: large}", null, "step 0: gripper_closed is 1E+20, not 0 or 1: write above: or below: in the mapping")]
    [InlineData("close", "{field: large}", null, "step 0: close is 1E+20, not 0 or 1")]
    [InlineData("azimuth", "{field: a, index: 0, as: sine-cosine}", "a", "step 0: azimuth: the 2 numbers are not of length 1")]
    [InlineData("azimuth", "{field: q, as: quaternion-xyzw}", "q", "step 1: azimuth: the 4 numbers are not of length 1")]
    [InlineData("azimuth", "{field: a, index: 0, as: quaternion-xyzw}", "a", "it has 3 numbers, there is no number 3")]
    [InlineData("success", "{field: large}", "large", "step 2: success is 1E+20, not 0 or 1")]
    [InlineData("success", "{field: nan, rows: any}", "nan", "NaN is not a finite number")]
    [InlineData("policy", "{field: who}", "who", "there is no such field")]
    public void Faults_name_step_and_field(string key, string rule, string? field, string? message)
    {
        var episode = new MappingFakeEpisode(2).With("a", 3, 1, 2, 3, 1, 2, 3).With("b", 1, 0).With("nan", 1, 0, float.NaN, 0).With("one", 1, 1, 1, 1)
            .With("infinite", 1, 0, 0, float.PositiveInfinity).With("large", 1, 1e20f, 1e20f, 1e20f).With("q", 4, 0, 0, 0, 1, 0, 0, 0, 0.8f);
        void Map() => MappingText.Parse((key, rule)).Map(episode);
        if (message is null)
        {
            Map();
            return;
        }
        var fault = Assert.Throws<SourceException>(Map);
        Assert.Equal(field, fault.Field);
        Assert.Contains(message, fault.Message);
        Assert.StartsWith("fake-00000-of-00001: record 7: ", fault.Message);
    }
}
