using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Text;
using ActionableModels.Control;

namespace ActionableModels.Native.Tests;

/// <summary>The managed structs and enumerations that cross the border are laid out and numbered as in actionable.h.</summary>
public class ManagedLayoutTests
{
    public static TheoryData<string, Type> Structs => new()
    {
        { "actionable_options", typeof(NativeOptions) },
        { "actionable_observation", typeof(NativeObservation) },
        { "actionable_description", typeof(NativeDescription) },
        { "actionable_decision", typeof(Decision) },
        { "actionable_counters", typeof(ControlCounters) },
    };

    [Theory, MemberData(nameof(Structs))]
    public void A_struct_is_that_of_the_header(string name, Type type)
    {
        if (!CompilerOfC.Has("gcc", nameof(A_struct_is_that_of_the_header))) return;
        var expected = InterfaceTests.Layout().Where(line => line.StartsWith(name + ".", StringComparison.Ordinal))
            .Select(line => line[(name.Length + 1)..].Split([": ", ", "], 0)).Select(parts => $"{parts[0]}: {parts[1]}").ToArray();
        var size = InterfaceTests.Layout().First(line => line.StartsWith(name + ": ", StringComparison.Ordinal)).Split(' ')[1];
        var fields = type.GetFields(BindingFlags.Instance | BindingFlags.Public);
        Assert.Equal(expected, fields.Select(field => $"{Snake(field.Name)}: {Offset(field)}"));
        Assert.Equal(size, $"{Size(type)}");
    }

    [Theory]
    [InlineData(typeof(ControlStatus), "ACTIONABLE_")]
    [InlineData(typeof(Interventions), "ACTIONABLE_")]
    [InlineData(typeof(Without), "ACTIONABLE_WITHOUT_")]
    public void An_enumeration_is_that_of_the_header(Type type, string prefix)
    {
        if (!CompilerOfC.Has("gcc", nameof(An_enumeration_is_that_of_the_header))) return;
        var constants = InterfaceTests.Layout().Where(line => line.Contains(" = ")).Select(line => line.Split(" = ")).ToDictionary(p => p[0], p => p[1]);
        foreach (var value in Enum.GetValues(type))
            if (value is not Interventions.None)
                Assert.Equal(constants[prefix + Snake(value.ToString()!).ToUpperInvariant()], $"{Convert.ToInt64(value)}");
    }

    private static string Snake(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && text.Length > 0) text.Append('_');
            text.Append(char.ToLowerInvariant(letter));
        }
        return text.ToString();
    }

    private static int Size(Type type) => (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    // The runtime's own layout: Marshal's is another one, and knows no inline arrays.
    private static int Offset(FieldInfo field)
    {
        var method = new DynamicMethod("offset", typeof(int), [], typeof(ManagedLayoutTests).Module, true);
        var code = method.GetILGenerator();
        code.DeclareLocal(field.DeclaringType!);
        code.Emit(OpCodes.Ldloca_S, (byte)0);
        code.Emit(OpCodes.Ldflda, field);
        code.Emit(OpCodes.Conv_U);
        code.Emit(OpCodes.Ldloca_S, (byte)0);
        code.Emit(OpCodes.Conv_U);
        code.Emit(OpCodes.Sub);
        code.Emit(OpCodes.Conv_I4);
        code.Emit(OpCodes.Ret);
        return (int)method.Invoke(null, null)!;
    }
}
