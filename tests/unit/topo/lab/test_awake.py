"""Cores are kept awake for as long as a lab is up."""

from pathlib import Path

from topo.lab.awake import awake


def is_open(file):
    descriptors = Path("/proc/self/fd").iterdir()
    return any(each.exists() and each.samefile(file) for each in descriptors)


def test_nothing_may_sleep_while_the_file_is_open(tmp_path):
    file = tmp_path / "cpu_dma_latency"
    file.touch()
    with awake(file):
        assert file.read_bytes() == bytes(4)
        assert is_open(file)
    assert not is_open(file)


def test_a_kernel_without_it_is_taken_as_it_is(tmp_path):
    with awake(tmp_path / "nothing"):
        assert not (tmp_path / "nothing").exists()
