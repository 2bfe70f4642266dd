from typing import Any, cast

import pytest
from fakes.runs import plan_of

from experiments.kit import steady
from experiments.kit.steady import await_backends
from topo.world.plan import Plan


class Lab:
    """Balancers whose second backend counts as healthy from the third look on."""

    def __init__(self, ever: bool) -> None:
        self.plan: Plan = plan_of("duo")
        self.looks: dict[str, int] = {}
        self._ever = ever

    def status(self, name: str) -> dict[str, Any]:
        self.looks[name] = self.looks.get(name, 0) + 1
        late = self._ever and self.looks[name] >= 3
        return {"backends": {"be1": {"healthy": True}, "be2": {"healthy": late}}}


def test_it_looks_until_all_are_healthy() -> None:
    lab = Lab(ever=True)
    await_backends(cast(Any, lab))
    assert lab.looks == {"fra-lb1": 3, "fra-lb2": 3, "iad-lb1": 3, "iad-lb2": 3}


def test_who_never_is_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steady, "WITHIN_S", 0.02)
    with pytest.raises(TimeoutError, match="in the eyes of fra-lb1"):
        await_backends(cast(Any, Lab(ever=False)))
