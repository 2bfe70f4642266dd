"""Where this layer's compiled programs lie."""

from pathlib import Path

BPF = Path(__file__).parents[1] / "bpf"
