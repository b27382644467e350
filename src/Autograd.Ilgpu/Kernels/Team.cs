using System.Numerics;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using static System.Runtime.CompilerServices.MethodImplOptions;

namespace Autograd.Backends.Ilgpu;

/// <summary>
/// How the threads of a group share [rows, n]: teams of neighbouring threads take a row each, as wide as the rows are long, from one thread to the whole group. So threads read
/// neighbouring elements whatever the shape, and one kernel serves short rows and long ones.
/// </summary>
internal readonly struct Team
{
    /// <summary>Elements of a row for each thread, below which a team is made no wider.</summary>
    private const int FewestEach = 4;

    public readonly int Rows, N;

    /// <summary>Threads in a team, a power of two.</summary>
    public readonly int Width;

    public Team(IlgpuBackend backend, int rows, int n)
    {
        Rows = rows;
        N = n;
        Width = (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)(n / FewestEach) + 1), (uint)backend.GroupSize);
    }

    public KernelConfig Launch(IlgpuBackend backend)
    {
        var teams = backend.GroupSize / Width;
        return backend.Groups((int)(((long)Rows + teams - 1) / teams));
    }

    // ---- in a kernel: for (var row = team.First; row < team.Rows; row += team.Step) { var line = team.Line(row); ... } ----

    /// <summary>The first row that the group shares out, the same for all its threads, since all must come to the same barriers.</summary>
    public int First
    {
        [MethodImpl(AggressiveInlining)]
        get => Grid.IdxX * (Group.DimX / Width);
    }

    public int Step
    {
        [MethodImpl(AggressiveInlining)]
        get => Grid.DimX * (Group.DimX / Width);
    }

    /// <summary>This thread's part of its team's row, where the first team has the given row.</summary>
    [MethodImpl(AggressiveInlining)]
    public Line Line(int first)
    {
        var row = first + (Group.IdxX / Width);
        var start = row < Rows ? row * N : 0;
        return new() { Row = row, First = start, Start = start + (Group.IdxX % Width), End = row < Rows ? start + N : 0 };
    }

    /// <summary>The values of all threads of a team combined, in a fixed order, for each of them. Shared memory is free again on return.</summary>
    [MethodImpl(AggressiveInlining)]
    public T Combine<TReducer, T>(ArrayView<T> shared, T value) where TReducer : struct, IReducer<T> where T : unmanaged
    {
        var lane = Group.IdxX % Width;
        shared[Group.IdxX] = value;
        Group.Barrier();
        for (var half = Width / 2; half > 0; half /= 2)
        {
            if (lane < half)
            {
                shared[Group.IdxX] = TReducer.Combine(shared[Group.IdxX], shared[Group.IdxX + half]);
            }
            Group.Barrier();
        }
        var all = shared[Group.IdxX - lane];
        Group.Barrier();
        return all;
    }
}

/// <summary>A row, and what one thread of a team does of it: every <see cref="Team.Width"/>-th element from <see cref="Start"/> to <see cref="End"/>; nothing if there is no such row.</summary>
internal struct Line
{
    public int Row, First, Start, End;

    /// <summary>Whether this thread writes what there is one of for a row.</summary>
    public readonly bool IsFirst => Start == First && Start < End;
}
