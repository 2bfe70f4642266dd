"""What PID 1 does with signals and dead children, in an ordinary process."""

import os
import signal

import pytest

from balancer.errors import FrontlabError
from topo.sandbox.watch import WATCHED, Daemon, Interrupted, Watch


@pytest.fixture(autouse=True)
def blocked():
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    yield
    while signal.sigtimedwait(WATCHED, 0):
        pass
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def child(script: str) -> int:
    return os.posix_spawn("/bin/sh", ["sh", "-c", script], os.environ, setsigmask=())


@pytest.mark.parametrize(
    ("script", "status"),
    [
        pytest.param("exit 0", 0, id="success"),
        pytest.param("exit 3", 3, id="its own status"),
        pytest.param("kill -9 $$", 137, id="killed, as a shell says it"),
    ],
)
def test_wait_for(script, status):
    assert Watch().wait_for(child(script), "the child ends", 5) == status


def test_a_daemon_that_dies_is_told_with_its_last_words(tmp_path):
    log = tmp_path / "log"
    log.write_text("\n".join(f"line {i}" for i in range(9)))
    watch, waiting = Watch(), child("sleep 60")
    watch.daemons[child("exit 4")] = Daemon("ovs-vswitchd", log)
    with pytest.raises(FrontlabError) as error:
        watch.wait_for(waiting, "main ends", 5)
    first, *rest = str(error.value).splitlines()
    assert first == "ovs-vswitchd died (status 4); its log ends:"
    assert rest == [f"  line {i}" for i in range(4, 9)]
    os.kill(waiting, signal.SIGKILL)
    os.waitpid(waiting, 0)


def test_a_death_whose_signal_another_thread_took_is_noticed(tmp_path):
    watch, pid = Watch(), child("exit 4")
    watch.daemons[pid] = Daemon("ovs-vswitchd", tmp_path / "none")
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    while signal.sigtimedwait(WATCHED, 0):
        pass
    with pytest.raises(FrontlabError, match="ovs-vswitchd died"):
        watch.step(0.01)


def test_too_long():
    waiting = child("sleep 60")
    with pytest.raises(FrontlabError, match=r"it ends: not within 0\.05 s"):
        Watch().wait_for(waiting, "it ends", 0.05)
    os.kill(waiting, signal.SIGKILL)
    os.waitpid(waiting, 0)


# Sent to this thread, which blocks it: numpy's threads, if there are any, do not.
def test_a_signal_without_a_main_ends_everything():
    signal.raise_signal(signal.SIGTERM)
    with pytest.raises(Interrupted, match="SIGTERM"):
        Watch().step(1)


def test_a_signal_goes_on_to_main():
    main = child("sleep 60")
    signal.raise_signal(signal.SIGTERM)
    assert Watch(main_pid=main).wait_for(main, "main ends", 5) == 128 + signal.SIGTERM
