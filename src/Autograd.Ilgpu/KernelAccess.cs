using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using ILGPU;

namespace Autograd.Backends.Ilgpu
{
    /// <summary>
    /// ILGPU makes a launcher for each kernel in an assembly of its own, which may name public types only. The formulas are structs that nobody outside should see, a user's too;
    /// so that assembly is excused from asking, the way .NET's own proxies are.
    /// </summary>
    internal static class KernelAccess
    {
        private static readonly ConditionalWeakTable<AssemblyBuilder, HashSet<string>> s_granted = [];
        private static readonly FieldInfo? s_builder = typeof(RuntimeSystem).GetField("assemblyBuilder", BindingFlags.NonPublic | BindingFlags.Instance);
        private static readonly ConstructorInfo s_attribute = typeof(IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!;

        /// <summary>Lets the launchers of a context use the types of a kernel's parameters.</summary>
        public static void Grant(Context context, Type launcher)
        {
            if (s_builder?.GetValue(context.RuntimeSystem) is AssemblyBuilder assembly)
            {
                var granted = s_granted.GetOrCreateValue(assembly);
                // Structs of kernels have fields of the framework's own types, which their names do not tell.
                Grant(assembly, granted, typeof(Backend));
                Grant(assembly, granted, launcher);
            }
        }

        private static void Grant(AssemblyBuilder assembly, HashSet<string> granted, Type type)
        {
            if (type.Assembly.GetName().Name is { } name && granted.Add(name))
            {
                assembly.SetCustomAttribute(new CustomAttributeBuilder(s_attribute, [name]));
            }
            foreach (var argument in type.GetGenericArguments())
            {
                Grant(assembly, granted, argument);
            }
        }
    }
}

namespace System.Runtime.CompilerServices
{
    /// <summary>Known to the runtime by this name.</summary>
    [AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
    internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
    {
        public string AssemblyName { get; } = assemblyName;
    }
}
