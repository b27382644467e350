// Clearing every local on entry costs more than some kernels; whatever is read is written first.
[module: System.Runtime.CompilerServices.SkipLocalsInit]
