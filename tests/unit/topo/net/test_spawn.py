"""What stands before a program that starts in a host."""

import pytest

from topo.net import spawn


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Make a machine with or without AppArmor at work, and its tool."""

    def make(enabled: str | None, has_tool: bool) -> None:
        setting, tools = tmp_path / "enabled", tmp_path / "bin"
        tools.mkdir()
        if enabled is not None:
            setting.write_text(f"{enabled}\n")
        if has_tool:
            (tools / "aa-exec").touch(mode=0o755)
        monkeypatch.setattr(spawn, "APPARMOR", setting)
        monkeypatch.setenv("PATH", str(tools))

    return make


@pytest.mark.parametrize(
    ("enabled", "has_tool", "words"),
    [
        pytest.param("Y", True, ["aa-exec", "-p", "unconfined", "--"], id="at work"),
        pytest.param("Y", False, [], id="without profiles"),
        pytest.param("N", True, [], id="switched off"),
        pytest.param(None, True, [], id="not in the kernel"),
    ],
)
def test_programs_are_freed_from_apparmor(machine, enabled, has_tool, words):
    machine(enabled, has_tool)
    argv = spawn.host_argv("fra-unbound", ["unbound", "-d"])
    assert argv == ["ip", "netns", "exec", "fra-unbound", *words, "unbound", "-d"]
