using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Formats.Mappings;
using ActionableModels.Formats.Sources;
using static ActionableModels.Formats.Tests.Mappings.MappingFakeSource;

namespace ActionableModels.Formats.Tests.Mappings;

/// <summary>Each mapping that is built in, on an episode of its schema with values computed by hand.</summary>
public sealed class NamedMappingTests
{
    private const string Observation = "steps/observation/", Action = "steps/action/";

    private static readonly SourceField[] Kuka =
    [
        OfEpisode(Bool("success")), Image(Observation + "image"), Float(Observation + "gripper_closed", 1), Float(Observation + "height_to_bottom", 1),
        Float(Action + "world_vector", 3), Float(Action + "rotation_delta", 3), Float(Action + "gripper_closedness_action", 1),
        new(Action + "terminate_episode", FieldType.Integer, "int32", [3], true),
    ];
    private static readonly SourceField[] Fractal = [.. Kuka.Skip(1), OfEpisode(Bool("aspects/success")), OfEpisode(Bool("aspects/has_aspects"))];
    private static readonly SourceField[] MtOpt =
    [
        Image(Observation + "image"), Bool(Observation + "gripper_closed"), Float(Observation + "height_to_bottom"), Float(Observation + "state_dense", 7),
        Float(Action + "target_pose", 7), Bool(Action + "close_gripper"), Bool(Action + "open_gripper"), Bool(Action + "terminate"), Text("task_code"),
    ];
    private static readonly SourceField[] Bridge =
    [
        Image(Observation + "image"), Float(Observation + "state", 7), Float(Action + "world_vector", 3), Float(Action + "rotation_delta", 3),
        Bool(Action + "open_gripper"), Float(Action + "terminate_episode"),
    ];
    private static readonly SourceField[] Rlds =
    [
        Image(Observation + "image"), Bool(Observation + "gripper_closed"), Float(Observation + "height"), Float(Action + "world_vector", 3),
        Float(Action + "azimuth"), Bool(Action + "close_gripper"), Bool(Action + "open_gripper"), Bool(Action + "terminate"),
        OfEpisode(Bool("success")), Text("policy"),
    ];
    private static readonly SourceField[] Robomimic =
        [Image("obs/agentview_image"), Float("obs/robot0_eef_pos", 3), Float("obs/robot0_gripper_qpos", 2), Float("actions", 7), Float("rewards")];
    private static readonly SourceField[] OgBench = [Image("observations"), Float("actions", 5), Float("qpos", 21), Float("terminals")];

    private static MappedEpisode Map(string name, IEpisodeSource source, SourceEpisode episode)
    {
        var mapping = EpisodeMapping.Load(name);
        mapping.Check(source);
        Assert.Equal(name, EpisodeMapping.For(source)?.Name);
        return mapping.Map(episode);
    }

    [Fact]
    public void Every_name_can_be_loaded()
    {
        Assert.Equal(10, EpisodeMapping.Names.Count);
        Assert.All(EpisodeMapping.Names, name =>
        {
            var mapping = EpisodeMapping.Load(name);
            Assert.Equal((name, false, false), (mapping.Name, mapping.Bgr, mapping.UpsideDown));
            Assert.StartsWith("# ", mapping.Text);
        });
        Assert.Equal(ActionSpace.QtOpt, EpisodeMapping.Load("mt_opt").Actions);
        Assert.Equal(ActionSpace.QtOpt, EpisodeMapping.Load("kuka").Actions);
    }

    [Fact]
    public void Mt_opt_makes_displacements_of_commanded_poses()
    {
        // A quarter turn less 0.2 rad about z, of a tool that points down.
        float[] Down(double yaw) => [(float)Math.Cos(yaw / 2), (float)Math.Sin(yaw / 2), 0, 0];
        var episode = new MappingFakeEpisode(2)
            .With(Observation + "gripper_closed", 1, 0, 1, 1).With(Observation + "height_to_bottom", 1, 0.25f, 0.125f, 0.0625f)
            .With(Observation + "state_dense", 7, [0.5f, 0.25f, 0.125f, .. Down(3.1), 0.5f, 0, 0, .. Down(0), 9, 9, 9, 0, 0, 0, 1])
            .With(Action + "target_pose", 7, [0.5625f, 0.21875f, 0.125f, .. Down(-3.0), 0.75f, 0, 0.0625f, .. Down(0.5), 9, 9, 9, 0, 0, 0, 1])
            .With(Action + "close_gripper", 1, 1, 0, 0).With(Action + "open_gripper", 1, 0, 1, 0).With(Action + "terminate", 1, 0, 1, 0)
            .With("task_code", "lift");
        var mapped = Map("mt_opt", new MappingFakeSource("rlds", "mt_opt", MtOpt), episode);
        Assert.Equal([0, 0.25f, 1, 0.125f, 1, 0.0625f], mapped.States);
        Assert.Equal([0.0625f, -0.03125f, 0], mapped.Actions[..3]);
        Assert.Equal(-6.1 + Math.Tau, mapped.Actions[3], 1e-6);
        Assert.Equal([1, 0, 0, 0.1f, 0, 0.0625f], mapped.Actions[4..10]);
        Assert.Equal(0.5, mapped.Actions[10], 1e-6);
        Assert.Equal([0, 1, 1], mapped.Actions[11..]);
        Assert.Equal([1, 0, 0, 0, 0, 0, 0], mapped.Clipped);
        Assert.Null(mapped.Success);
        Assert.Equal("mt_opt", mapped.Policy);
        Assert.Equal("mt_opt", EpisodeMapping.For(new MappingFakeSource("rlds", "mt_opt_rlds", MtOpt))!.Name);
    }

    private static MappingFakeEpisode KukaEpisode => new MappingFakeEpisode(3)
        .With(Observation + "gripper_closed", 1, 0, 0, 0.98f, 1).With(Observation + "height_to_bottom", 1, 4, 3, 2, 1)
        .With(Action + "world_vector", 3, 0.01f, 0.02f, -0.03f, 0.2f, 0, 0, 0, 0, 0.05f).With(Action + "rotation_delta", 3, 9, 9, 0.5f, 0, 0, -0.25f, 0, 0, 2)
        .With(Action + "gripper_closedness_action", 1, 0.1f, 1, -1).With(Action + "terminate_episode", 3, 0, 1, 0, 0, 1, 0, 1, 0, 0);

    private static readonly float[] KukaActions = [0.01f, 0.02f, -0.03f, 0.5f, 1, 0, 0, 0.1f, 0, 0, -0.25f, 1, 0, 0, 0, 0, 0.05f, MathF.PI / 2, 0, 1, 1];

    [Fact]
    public void Kuka_takes_displacements_and_relative_gripper_commands()
    {
        var mapped = Map("kuka", new MappingFakeSource("rlds", "kuka", Kuka), KukaEpisode.With("success", 1, 1));
        Assert.Equal([0, 4, 0, 3, 1, 2, 1, 1], mapped.States);
        Assert.Equal(KukaActions, mapped.Actions);
        Assert.Equal([1, 0, 0, 1, 0, 0, 0], mapped.Clipped);
        Assert.True(mapped.Success);
    }

    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(1, 1, true)]
    [InlineData(0, 0, null)]
    public void Fractal_knows_success_where_it_was_judged(float judged, float success, bool? expected)
    {
        var mapped = Map("fractal20220817_data", new MappingFakeSource("rlds", "fractal20220817_data", Fractal), KukaEpisode.With("aspects/success", 1, success)
            .With("aspects/has_aspects", 1, judged));
        Assert.Equal(KukaActions, mapped.Actions);
        Assert.Equal(expected, mapped.Success);
    }

    [Fact]
    public void Bridge_opens_or_closes_at_every_step()
    {
        var episode = new MappingFakeEpisode(2).With(Observation + "state", 7, [1, 2, 0.5f, 4, 5, 6, 1, 1, 2, 0.25f, 4, 5, 6, 0.1f, 1, 2, 0.125f, 4, 5, 6, 0])
            .With(Action + "world_vector", 3, 0.01f, 0.02f, 0.03f, 0, 0, 0).With(Action + "rotation_delta", 3, 1, 2, 0.75f, 0, 0, -0.5f)
            .With(Action + "open_gripper", 1, 1, 0).With(Action + "terminate_episode", 1, 0, 1);
        var mapped = Map("bridge", new MappingFakeSource("rlds", "bridge", Bridge), episode);
        Assert.Equal([0, 0.5f, 1, 0.25f, 1, 0.125f], mapped.States);
        Assert.Equal([0.01f, 0.02f, 0.03f, 0.75f, 0, 1, 0, 0, 0, 0, -0.5f, 1, 0, 1], mapped.Actions);
    }

    [Fact]
    public void Robomimic_scales_the_controllers_actions()
    {
        var episode = new MappingFakeEpisode(2).With("obs/robot0_eef_pos", 3, 0, 0, 1, 0, 0, 0.9f, 0, 0, 0.85f)
            .With("obs/robot0_gripper_qpos", 2, 0.04f, -0.04f, 0.04f, -0.04f, 0.01f, -0.01f)
            .With("actions", 7, 1, -0.5f, 0, 0, 0, 0.5f, -1, 0, 0, 0, 0, 0, 0, 1).With("rewards", 1, 0, 1);
        var mapped = Map("robomimic", new MappingFakeSource("robomimic", "image.hdf5", Robomimic), episode);
        Assert.Equal([0, 0.2f, 0, 0.1f, 1, 0.05f], mapped.States.Select(s => MathF.Round(s, 6)));
        Assert.Equal([0.05f, -0.025f, 0, 0.25f, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0], mapped.Actions);
        Assert.True(mapped.Success);
    }

    [Fact]
    public void OgBench_scales_the_actions_of_play()
    {
        var qpos = new float[21 * 3];
        qpos[21 + 6] = 0.7f;
        var episode = new MappingFakeEpisode(2).With("qpos", 21, qpos).With("actions", 5, 1, -1, 0.5f, 1, 1, 0, 0, 0, -0.5f, -0.05f);
        var mapped = Map("ogbench-manipspace", new MappingFakeSource("ogbench", "visual-cube-single-play-v0", OgBench), episode);
        Assert.Equal([0, 0, 1, 0, 0, 0], mapped.States);
        Assert.Equal([0.05f, -0.05f, 0.025f, 0.3f, 1, 0, 0, 0, 0, 0, -0.15f, 0, 0, 0], mapped.Actions);
        Assert.Null(mapped.Success);
    }

    private static readonly float[] OwnActions = [0.01f, -0.02f, 0.1f, 1.25f, 1, 0, 0, 0, 0, -0.1f, -1.5707964f, 0, 1, 1];

    [Fact]
    public void Our_own_exports_come_back_bit_by_bit()
    {
        MappingFakeEpisode Closed(string closed, string height) => new MappingFakeEpisode(2).With(closed, 1, 0, 1, 1).With(height, 1, 0.3f, 0.2f, 0.1f);
        float[] Of(params int[] columns) => [.. Enumerable.Range(0, 2).SelectMany(t => columns.Select(c => OwnActions[7 * t + c]))];
        var rlds = Closed(Observation + "gripper_closed", Observation + "height").With(Action + "world_vector", 3, Of(0, 1, 2)).With(Action + "azimuth", 1, Of(3))
            .With(Action + "close_gripper", 1, Of(4)).With(Action + "open_gripper", 1, Of(5)).With(Action + "terminate", 1, Of(6))
            .With("success", 1, 1).With("policy", "scripted");
        var mapped = Map("actionable-models", new MappingFakeSource("rlds", "clean", Rlds), rlds);
        Assert.Equal("scripted", mapped.Policy);
        Check(mapped);
        Check(Map("actionable-models-robomimic", new MappingFakeSource("robomimic", "clean",
            Image("obs/agentview_image"), Float("obs/gripper_closed", 1), Float("obs/height", 1), Float("actions", 7), OfEpisode(Float("attributes/success")),
            Text("attributes/policy")), Closed("obs/gripper_closed", "obs/height").With("actions", 7, OwnActions).With("attributes/success", 1, 1)
            .With("attributes/policy", "scripted")));
        Check(Map("actionable-models-minari", new MappingFakeSource("minari", "clean/v0", Image("observations/image"), Float("observations/gripper_closed", 1),
            Float("observations/height", 1), Float("actions", 7), Bool("infos/success"), Text("attributes/policy")),
            Closed("observations/gripper_closed", "observations/height").With("actions", 7, OwnActions).With("infos/success", 1, 0, 0, 1)
            .With("attributes/policy", "scripted")));
        Check(Map("actionable-models-ogbench", new MappingFakeSource("ogbench", "clean", Image("observations"), Float("actions", 7), Float("gripper_closed"),
            Float("height"), Float("success")), Closed("gripper_closed", "height").With("actions", 7, OwnActions).With("success", 1, 1, 1, 1)));

        static void Check(MappedEpisode mapped)
        {
            Assert.Equal([0, 0.3f, 1, 0.2f, 1, 0.1f], mapped.States);
            Assert.Equal(OwnActions, mapped.Actions);
            Assert.All(mapped.Clipped, c => Assert.Equal(0, c));
            Assert.True(mapped.Success);
        }
    }

    [Theory]
    [InlineData("rlds")]
    [InlineData("robomimic")]
    [InlineData("minari")]
    [InlineData("ogbench")]
    public void An_exports_mapping_has_the_bounds_of_its_store(string format)
    {
        var space = new ActionSpace([-0.07f, -0.07f, -1e-5f, 0, 0, 0, 0], [0.07f, 0.0701f, 1e-5f, 0, 1, 1, 0], [0.02f, 0.1f / 3, 1e-6f, 0, 0, 0, 0]);
        var text = EpisodeMapping.OfExport(format, space);
        var mapping = EpisodeMapping.Parse(text, "own", "own");
        Assert.Equal(space, mapping.Actions);
        Assert.DoesNotContain("wider than", text);
        Assert.Equal(EpisodeMapping.Load(format == "rlds" ? "actionable-models" : $"actionable-models-{format}").ImageField, mapping.ImageField);
    }

    [Fact]
    public void An_export_in_anothers_layout_has_its_rules_and_the_stores_bounds()
    {
        var space = ActionSpace.QtOpt with { Low = [-0.3f, -0.1f, -0.1f, 0, 0, 0, 0], High = [0.3f, 0.1f, 0.1f, 0, 1, 1, 0] };
        var mapping = EpisodeMapping.Parse(EpisodeMapping.OfExport("rlds", space, "kuka"), "own", "own");
        Assert.Equal(space, mapping.Actions);
        Assert.Equal(0.2f, mapping.Map(KukaEpisode.With("success", 1, 1).With(Action + "rotation_delta", 3, new float[9])
            .With(Action + "terminate_episode", 3, new float[9])).Actions[7]);
    }

    [Fact]
    public void A_mapping_beside_the_data_goes_first()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string Found(string name) => EpisodeMapping.For(new MappingFakeSource("rlds", name, Kuka) { Folder = folder })!.Name;
            Assert.Equal("kuka", Found("kuka"));
            File.WriteAllText(Path.Combine(folder, "mapping.yaml"), MappingText.With());
            string Image(string name) => EpisodeMapping.For(new MappingFakeSource("rlds", name, Kuka) { Folder = folder })!.ImageField;
            Assert.Equal(("kuka", "image"), (Found("kuka"), Image("kuka")));
            Assert.Equal(("../kuka", "image"), (Found("../kuka"), Image("../kuka")));
            File.WriteAllText(Path.Combine(folder, "kuka.mapping.yaml"), MappingText.With(("image", "{field: other}")));
            Assert.Equal(("kuka", "other"), (Found("kuka"), Image("kuka")));
            File.WriteAllText(Path.Combine(folder, "kuka.mapping.yaml"), "image: 1");
            Assert.Contains("kuka.mapping.yaml: line 1", Assert.Throws<ActionableException>(() => Found("kuka")).Message);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public void A_source_finds_its_mapping_by_name_then_by_format_and_fields()
    {
        static string? Found(string format, string name, params SourceField[] fields) => EpisodeMapping.For(new MappingFakeSource(format, name, fields))?.Name;
        Assert.Equal("kuka", Found("rlds", "my_grasps", Kuka));
        Assert.Equal("kuka", Found("rlds", "KUKA", Kuka));
        // The name says which is meant; Check says what is missing.
        Assert.Equal("kuka", Found("rlds", "kuka", Image("other")));
        Assert.Null(Found("robomimic", "kuka", Kuka));
        Assert.Null(Found("rlds", "other", Image("other")));
        Assert.Null(Found("ogbench", "cube-single-play-v0", Float("observations", 28), Float("actions", 5), Float("qpos", 21)));
    }

    [Fact]
    public void A_field_that_cannot_be_read_does_not_fit_whatever_its_type_is()
    {
        var source = new MappingFakeSource("rlds", "kuka", [.. Kuka.Select(f => f.Name == Action + "world_vector" ? f with { Problem = "its encoding is unknown" } : f)]);
        Assert.Contains("\"steps/action/world_vector\": its encoding is unknown; the dataset has",
            Assert.Throws<ActionableException>(() => EpisodeMapping.Load("kuka").Check(source)).Message);
    }

    [Fact]
    public void What_does_not_fit_is_listed_with_what_is_there()
    {
        var source = new MappingFakeSource("rlds", "kuka", [.. Kuka.Select(f => f.Name switch
        {
            Observation + "image" => Text(f.Name),
            Action + "world_vector" => Float(f.Name, 2),
            Observation + "height_to_bottom" => OfEpisode(f),
            "success" => Text("success"),
            Action + "rotation_delta" => Float("steps/action/rotation", -1, 3),
            _ => f,
        })]);
        var message = Assert.Throws<ActionableException>(() => EpisodeMapping.Load("kuka").Check(source)).Message;
        Assert.StartsWith("mapping \"kuka\" does not fit rlds dataset \"kuka\": image from \"steps/observation/image\": it holds text, not images; "
            + "height from \"steps/observation/height_to_bottom\": it is one of the episode, not of each step; "
            + "z from \"steps/action/world_vector\": it has 2 numbers, there is no number 2: count from 0 with index:; "
            + "azimuth from \"steps/action/rotation_delta\": there is no such field; success from \"success\": it holds text, not numbers; "
            + "the dataset has success (string, of the episode), steps/observation/image (string, of the episode), "
            + "steps/observation/gripper_closed (float32[1]), ", message);
        Assert.Contains("steps/action/rotation (float32[?,3])", message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_width_that_varies_is_left_to_the_episodes()
    {
        var mapping = MappingText.Parse(("x", "{field: a, index: 5}"));
        mapping.Check(new MappingFakeSource("rlds", "s", Image("image"), Float("a", -1)));
        Assert.Contains("there is no number 5", Assert.Throws<ActionableException>(() =>
            mapping.Check(new MappingFakeSource("rlds", "s", Image("image"), Float("a", 5)))).Message);
    }

    [Fact]
    public void A_template_can_be_read_and_fits_its_source()
    {
        SourceField[][] schemas =
        [
            Kuka, Fractal, MtOpt, Bridge, Rlds, Robomimic, OgBench, [Image("cam \"left\"\n\u00e9\U0001F600"), Float("\ttorque: #", 6)],
            [Float("actions", -1), Image("1")], [Float("observations", 28), Float("actions", 2)], [Float("steps/action", 4), Image("x"), Float("empty", 0)],
        ];
        foreach (var fields in schemas)
        {
            var source = new MappingFakeSource("rlds", "line\nbreak", fields);
            var text = EpisodeMapping.Template(source);
            var mapping = EpisodeMapping.Parse(text, "template", "template.yaml");
            Assert.All(text.Split('\n'), line => Assert.True(line.Length < 250));
            if (fields.Any(f => f.Type == FieldType.Image)) mapping.Check(source);
            else Assert.Contains("image from \"image\": there is no such field", Assert.Throws<ActionableException>(() => mapping.Check(source)).Message);
        }
        var kuka = EpisodeMapping.Template(new MappingFakeSource("rlds", "kuka", Kuka));
        Assert.Contains("#   steps/action/world_vector (float32[3])\n", kuka);
        Assert.Contains("#   success (bool, of the episode)\n", kuka);
        Assert.Contains("  z: {field: steps/action/world_vector, index: 2}  # guessed by its name: check it\n", kuka);
        Assert.Contains("  open: {field: steps/action/gripper_closedness_action, below: -0.1}", kuka);
        Assert.Contains("success: {field: success}  # guessed", kuka);
        Assert.Contains("  height: 0  # nothing was found", EpisodeMapping.Template(new MappingFakeSource("ogbench", "cube", OgBench)));
        Assert.Equal(KukaActions, EpisodeMapping.Parse(kuka, "t", "t").Map(KukaEpisode.With("success", 1, 1)).Actions);
    }
}
