"""In which number format does a device compute fast?"""

from ..models.errors import Mistake


def precision_of(asked: str, device: str) -> str:
    """`float32` or `bfloat16`; `auto` is bfloat16 where the device has units for it: GPUs since Ampere, and CPUs
    with AMX or AVX512-BF16. Raises Mistake where a device that can't is asked to."""
    able = computes_bfloat16(device)
    if asked == "bfloat16" and not able and device != "cpu":
        raise Mistake(f"the device {device!r} does not compute in bfloat16; take --precision float32 (or auto)")
    return ("bfloat16" if able else "float32") if asked == "auto" else asked


def computes_bfloat16(device: str) -> bool:
    """Whether the device has units for it. Of Apple's GPUs it was not measured: they keep to float32."""
    import torch

    if device.startswith("cuda"):
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device != "cpu":
        return False
    tests = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    return any(getattr(torch.cpu, test)() for test in tests if hasattr(torch.cpu, test))
