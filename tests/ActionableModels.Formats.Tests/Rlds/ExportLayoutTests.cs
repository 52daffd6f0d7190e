using System.Text.Json;
using ActionableModels.Actions;
using ActionableModels.Data;
using ActionableModels.Formats.Rlds;

namespace ActionableModels.Formats.Tests.Rlds;

/// <summary>Every layout, read by a program that shares no code with the writer, holds what the store holds.</summary>
public sealed class ExportLayoutTests : IDisposable
{
    private const string Flags = """
        steps/is_first bool [] none step
        steps/is_last bool [] none step
        steps/is_terminal bool [] none step
        steps/observation/image uint8 [12, 20, 3] image step
        """;
    private const string Arm = """
        steps/reward float32 [] none step
        steps/action/base_displacement_vector float32 [2] none step
        steps/action/base_displacement_vertical_rotation float32 [1] none step
        steps/action/gripper_closedness_action float32 [1] none step
        steps/action/rotation_delta float32 [3] none step
        steps/action/terminate_episode int32 [3] none step
        steps/action/world_vector float32 [3] none step
        """;
    private const string Language = """
        steps/observation/natural_language_embedding float32 [512] none step
        steps/observation/natural_language_instruction string [] none step
        """;

    private readonly RldsExportStore small = new();

    public void Dispose() => small.Dispose();

    [Fact]
    public void Our_own_layout_holds_every_number_of_the_store()
    {
        if (Export("actionable-models", "own", "1.0.0") is not { } read) return;
        Same(read, $"""
            success bool [] none episode
            policy string [] none episode
            episode_id string [] none episode
            steps/reward float32 [] none step
            steps/discount float32 [] none step
            steps/observation/gripper_closed float32 [] none step
            steps/observation/height float32 [] none step
            steps/action/world_vector float32 [3] none step
            steps/action/azimuth float32 [] none step
            steps/action/close_gripper bool [] none step
            steps/action/open_gripper bool [] none step
            steps/action/terminate bool [] none step
            {Flags}
            """);
        Each(read, (episode, e, t) =>
        {
            var (action, state, last) = (Action(e, t), State(e, t), t == small.Store.Steps(e));
            Row(episode, t, "action/world_vector", action[..3]);
            Row(episode, t, "action/azimuth", action[3]);
            Row(episode, t, "action/close_gripper", action[4]);
            Row(episode, t, "action/open_gripper", action[5]);
            Row(episode, t, "action/terminate", action[6]);
            Row(episode, t, "observation/gripper_closed", state[0]);
            Row(episode, t, "observation/height", state[1]);
            var (final, terminal) = (t == small.Store.Steps(e) - 1, small.Store.Steps(e) > 0 && Action(e, small.Store.Steps(e) - 1)[6] == 1);
            Row(episode, t, "reward", final && small.Store.Success(e) ? 1 : 0);
            Row(episode, t, "discount", terminal && (final || last) ? 0 : 1);
            Row(episode, t, "is_terminal", terminal && last ? 1 : 0);
        });
        Assert.All(read.Episodes("train"), (episode, e) =>
        {
            Assert.Equal(small.Store.Success(e) ? 1 : 0, episode.GetProperty("success")[0].GetInt32());
            Assert.Equal(small.Store.Policy(e), episode.GetProperty("policy").GetString());
        });
    }

    [Fact]
    public void Poses_of_mt_opt_give_the_displacements_back()
    {
        if (Export("mt_opt", "mt_opt/rlds", "1.0.0") is not { } read) return;
        Same(read, $"""
            episode_id string [] none episode
            skill uint8 [] none episode
            task_code string [] none episode
            steps/action/close_gripper bool [] none step
            steps/action/open_gripper bool [] none step
            steps/action/target_pose float32 [7] zlib step
            steps/action/terminate bool [] none step
            steps/observation/gripper_closed bool [] none step
            steps/observation/height_to_bottom float32 [] none step
            steps/observation/state_dense float32 [7] zlib step
            {Flags}
            """);
        Each(read, (episode, e, t) =>
        {
            var (action, state) = (Action(e, t), State(e, t));
            var target = RldsExportReading.Rows(episode, "steps/action/target_pose")[t];
            var poses = RldsExportReading.Rows(episode, "steps/observation/state_dense");
            for (var d = 0; d < 3; d++) Assert.Equal(action[d], target[d] - poses[t][d], 1e-6f);
            Assert.Equal(action[3], Turn(poses[t], target), 1e-6f);
            Assert.Equal(state[1], poses[t][2]);
            if (t < small.Store.Steps(e))
            {
                Assert.Equal(poses[t + 1][..2], target[..2]);
                Assert.Equal(poses[t + 1][3..], target[3..]);
            }
            else Assert.Equal(poses[t], target);
            Row(episode, t, "action/close_gripper", action[4]);
            Row(episode, t, "action/open_gripper", action[5]);
            Row(episode, t, "action/terminate", action[6]);
            Row(episode, t, "observation/gripper_closed", state[0]);
            Row(episode, t, "observation/height_to_bottom", state[1]);
        });
        Assert.All(read.Episodes("train"), (episode, e) =>
        {
            Assert.Equal("pick-and-place", episode.GetProperty("task_code").GetString());
            Assert.Equal($"{e:D6}", episode.GetProperty("episode_id").GetString());
        });
    }

    [Fact]
    public void Kuka_has_its_fields_of_slashes_and_one_hot_ends()
    {
        if (Export("kuka", "kuka", "0.1.0") is not { } read) return;
        Same(read, $"""
            success bool [] none episode
            steps/observation/clip_function_input/base_pose_tool_reached float32 [7] zlib step
            steps/observation/clip_function_input/workspace_bounds float32 [3, 3] none step
            steps/observation/gripper_closed float32 [1] zlib step
            steps/observation/height_to_bottom float32 [1] none step
            steps/observation/task_id float32 [1] none step
            {Flags}
            {Arm}
            {Language}
            """);
        Each(read, (episode, e, t) =>
        {
            CheckArm(episode, e, t);
            var state = State(e, t);
            Row(episode, t, "observation/gripper_closed", state[0]);
            Row(episode, t, "observation/height_to_bottom", state[1]);
            Assert.Equal(state[1], RldsExportReading.Rows(episode, "steps/observation/clip_function_input/base_pose_tool_reached")[t][2]);
            Assert.Equal("", episode.GetProperty("steps/observation/natural_language_instruction")[t].GetString());
        });
        // The slash belongs to the name: the group observation has no group in it.
        static JsonElement Inside(JsonElement group) => group.GetProperty("featuresDict").GetProperty("features");
        var root = JsonDocument.Parse(File.ReadAllBytes(small.Path("out/kuka/0.1.0/features.json"))).RootElement;
        var observation = Inside(Inside(Inside(root).GetProperty("steps").GetProperty("sequence").GetProperty("feature")).GetProperty("observation"));
        Assert.True(observation.TryGetProperty("clip_function_input/workspace_bounds", out _));
        Assert.False(observation.TryGetProperty("clip_function_input", out _));
    }

    [Fact]
    public void Fractal_adds_aspects_and_attributes()
    {
        if (Export("fractal20220817_data", "fractal20220817_data", "0.1.0") is not { } read) return;
        foreach (var line in $"{Flags}\n{Arm}\n{Language}".Split('\n')) Assert.Contains(line, read.Fields);
        Assert.Contains("aspects/success bool [] none episode", read.Fields);
        Assert.Contains("attributes/task_family int64 [] none episode", read.Fields);
        Assert.Contains("attributes/task_family_name string [] none episode", read.Fields);
        Assert.Contains("steps/observation/base_pose_tool_reached float32 [7] none step", read.Fields);
        Each(read, (episode, e, t) => CheckArm(episode, e, t));
        Assert.All(read.Episodes("train"), (episode, e) =>
            Assert.Equal(small.Store.Success(e) ? 1 : 0, episode.GetProperty("aspects/success")[0].GetInt32()));
    }

    [Fact]
    public void Bridge_says_whether_the_gripper_shall_be_open()
    {
        if (Export("bridge", "bridge", "0.1.0") is not { } read) return;
        Same(read, $"""
            episode_id string [] none episode
            steps/reward float32 [] none step
            steps/action/open_gripper bool [] none step
            steps/action/rotation_delta float32 [3] none step
            steps/action/terminate_episode float32 [] none step
            steps/action/world_vector float32 [3] none step
            steps/observation/state float32 [7] none step
            {Flags}
            {Language}
            """);
        Each(read, (episode, e, t) =>
        {
            var (action, closed) = (Action(e, t), State(e, t)[0]);
            Row(episode, t, "action/world_vector", action[..3]);
            Row(episode, t, "action/open_gripper", action[4] == 1 ? 0 : action[5] == 1 ? 1 : 1 - closed);
            Row(episode, t, "action/terminate_episode", action[6]);
            var state = RldsExportReading.Rows(episode, "steps/observation/state")[t];
            Assert.Equal((State(e, t)[1], 1 - closed), (state[2], state[6]));
        });
    }

    // Exports and reads back, and compares what all layouts have in common; null where the reading program cannot run.
    private RldsExportReading? Export(string layout, string folder, string version)
    {
        if (!RldsExportReading.Possible(layout)) return null;
        new RldsExporter().Write(small.Store, small.Path("out"), new(folder.Split('/')[0], layout), null, default);
        var read = RldsExportReading.Of(small.Path($"out/{folder}/{version}"));
        Assert.Equal((folder.Split('/')[0], folder.Contains('/') ? folder.Split('/')[1] : null, version),
            (read.Text("name"), folder.Contains('/') ? read.Text("config") : null, read.Text("version")));
        Assert.Equal(["train"], read.Splits);
        Assert.Equal(small.Count, read.Episodes("train").Length);
        Each(read, (episode, e, t) =>
        {
            Row(episode, t, "is_first", t == 0 ? 1 : 0);
            Row(episode, t, "is_last", t == small.Store.Steps(e) ? 1 : 0);
        });
        Assert.All(read.Episodes("train"), (episode, e) =>
        {
            var (format, pixels) = read.Pictures(episode);
            Assert.Equal("png", format);
            Assert.True(small.Images(e).AsSpan().SequenceEqual(pixels));
        });
        return read;
    }

    private void CheckArm(JsonElement episode, int e, int t)
    {
        var action = Action(e, t);
        Row(episode, t, "action/world_vector", action[..3]);
        Row(episode, t, "action/rotation_delta", 0, 0, action[3]);
        Row(episode, t, "action/gripper_closedness_action", action[4] - action[5]);
        Row(episode, t, "action/terminate_episode", action[6], 1 - action[6], 0);
        Row(episode, t, "reward", t == small.Store.Steps(e) - 1 && small.Store.Success(e) ? 1 : 0);
    }

    // The recorded action; zeros for the last step.
    private float[] Action(int e, int t) => t < small.Store.Steps(e) ? small.Store.Action(e, t).ToArray() : new float[ActionSpace.Dimensions];

    private float[] State(int e, int t) => small.Store.State(small.Store.FirstFrame(e) + t).ToArray();

    private void Each(RldsExportReading read, Action<JsonElement, int, int> check) => Assert.All(read.Episodes("train"), (episode, e) =>
    {
        for (var t = 0; t <= small.Store.Steps(e); t++) check(episode, e, t);
    });

    private static void Same(RldsExportReading read, string fields) => Assert.Equal(fields.Split('\n').Order(StringComparer.Ordinal),
        read.Fields.Order(StringComparer.Ordinal));

    private static void Row(JsonElement episode, int t, string field, params float[] expected) =>
        Assert.Equal(expected, RldsExportReading.Rows(episode, $"steps/{field}")[t]);

    // The angle about the vertical from one quaternion (x, y, z, w) to another.
    private static float Turn(float[] from, float[] to) => (float)(2 * Math.Atan2((double)to[5] * from[6] - (double)to[6] * from[5],
        (double)to[6] * from[6] + (double)to[5] * from[5]));
}
