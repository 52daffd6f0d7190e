using ActionableModels.Compute;

namespace ActionableModels.Tests.Shared;

public static partial class Oracle
{
    /// <summary>Philox 4×32-10 by the paper: counter (four words) and key (two words) to four words.</summary>
    public static uint[] PhiloxBlock(uint[] counter, uint[] key)
    {
        var c = (uint[])counter.Clone();
        var k = (uint[])key.Clone();
        for (var round = 0; round < 10; round++)
        {
            ulong first = 0xD2511F53UL * c[0], second = 0xCD9E8D57UL * c[2];
            c = [(uint)(second >> 32) ^ c[1] ^ k[0], (uint)second, (uint)(first >> 32) ^ c[3] ^ k[1], (uint)first];
            k = [k[0] + 0x9E3779B9u, k[1] + 0xBB67AE85u];
        }
        return c;
    }

    private static uint[] Words(RandomKey key, long block) =>
        PhiloxBlock([(uint)block, key.Stream, (uint)key.Counter, (uint)(key.Counter >> 32)], [(uint)key.Seed, (uint)(key.Seed >> 32)]);

    private static double Unit(uint word) => ((word >> 9) + 0.5) / (1 << 23);

    public static double Uniform(RandomKey key, long i) => Unit(Words(key, i / 4)[i % 4]);

    public static double Normal(RandomKey key, long i)
    {
        var words = Words(key, i / 2);
        double radius = Math.Sqrt(-2 * Math.Log(Unit(words[0]))), angle = 2 * Math.PI * Unit(words[1]);
        return radius * (i % 2 == 0 ? Math.Cos(angle) : Math.Sin(angle));
    }

    public static OracleTensor TruncatedNormal(Shape shape, double mean, double deviation, RandomKey key)
    {
        var y = new OracleTensor(shape);
        for (var i = 0; i < y.Count; i++)
        {
            var normal = Normal(key, i);
            for (var attempt = 1UL; Math.Abs(normal) > 2; attempt++)
                normal = Normal(key with { Counter = unchecked(key.Counter + (attempt << 32)) }, i);
            y.Set(i, mean + deviation * normal, Math.Abs(mean) + deviation * 5);
        }
        return y;
    }

    public static OracleTensor SampleBox(OracleTensor low, OracleTensor high, OracleTensor binary, RandomKey key, Shape shape)
    {
        var y = new OracleTensor(shape);
        for (var i = 0; i < y.Count; i++)
        {
            var d = i % low.Count;
            var u = Uniform(key, i);
            if (binary[d] == 0) y.Set(i, low[d] + (high[d] - low[d]) * u, Math.Abs(low[d]) + Math.Abs(high[d]));
            else y[i] = low[d] == high[d] ? low[d] : u < 0.5 ? 1 : 0;
        }
        return y;
    }

    public static OracleTensor CemSample(OracleTensor mean, OracleTensor deviation, OracleTensor low, OracleTensor high, OracleTensor binary,
        RandomKey key, Shape shape)
    {
        var y = new OracleTensor(shape);
        int dimensions = low.Count, perGroup = y.Count / mean.Shape[0];
        for (var i = 0; i < y.Count; i++)
        {
            int d = i % dimensions, at = i / perGroup * dimensions + d;
            if (binary[d] == 0) y.Set(i, Math.Clamp(mean[at] + deviation[at] * Normal(key, i), low[d], high[d]),
                Math.Abs(mean[at]) + 5 * deviation[at]);
            else y[i] = low[d] == high[d] ? low[d] : Uniform(key, i) < mean[at] ? 1 : 0;
        }
        return y;
    }
}
