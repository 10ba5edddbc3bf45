"""Decides which arithmetic the encoder runs in: int8 only where the processor has fast int8 kernels.

No model is loaded here.
"""

import platform
from enum import StrEnum
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")
FAST_INT8_FLAGS = frozenset({"avx_vnni", "avx512_vnni", "asimddp"})


class Kernel(StrEnum):
    """Arithmetic of the encoder. Vectors of the two do not mix."""

    FP32 = "fp32"
    INT8 = "int8"


def has_fast_int8(cpu_info: str, machine: str = "") -> bool:
    """Whether the processor multiplies int8 fast: VNNI on x86, the dot product on ARM."""
    if machine == "arm64":  # Apple silicon: no /proc, and every one of them has the dot product
        return True
    lines = (line for line in cpu_info.splitlines() if line.lower().startswith(("flags", "features")))
    return any(FAST_INT8_FLAGS & set(line.lower().split()) for line in lines)


def choose_kernel() -> Kernel:
    """The kernel for this machine."""
    info = CPU_INFO.read_text(errors="replace") if CPU_INFO.exists() else ""
    machine = platform.machine() if platform.system() == "Darwin" else ""
    return Kernel.INT8 if has_fast_int8(info, machine) else Kernel.FP32


def describe(kernel: Kernel) -> str:
    """One sentence for the person who waits."""
    if kernel is Kernel.INT8:
        return "The encoder runs in int8: this processor has fast int8 kernels."
    return "This processor has no fast int8 kernels (VNNI): the encoder runs in fp32, and takes about twice as long."
