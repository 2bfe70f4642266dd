"""The service behind the VIPs, run on the configuration that we render for it."""

import pytest

from topo.render import nginx_files
from topo.run import run
from topo.wait import until

pytestmark = pytest.mark.live

CLIENT = "11.1.16.10"


@pytest.fixture
def web(place):
    host = place.plan.host("fra-be1")
    files, argv = nginx_files(place.plan, host, str(place.folder / "web"))

    def get(path, server="11.1.16.11"):
        url = f"http://{f'[{server}]' if ':' in server else server}{path}"
        source = ["--interface", CLIENT] if ":" not in server else []
        inside = ["ip", "netns", "exec", place.namespace.name]
        return run([*inside, "curl", "-sS", "-i", "--max-time", "20", *source, url])

    def listens():
        ports = run(["ip", "netns", "exec", place.namespace.name, "ss", "-Hltn"])
        return ":80 " in ports

    with place.running("web", files, argv) as folder:
        until("nginx listens", listens)
        yield get, folder


def test_answers_and_log(web):
    get, folder = web
    assert "X-Backend: fra-be1" in get("/")
    assert get("/").endswith("fra-be1\n")
    assert get("/", server="2a11:0:1:1000::10").endswith("fra-be1\n")
    assert get("/health").endswith("ok\n")
    assert "Content-Length: 100000" in get("/100k")
    assert "Content-Length: 1000000" in get("/1m")
    assert "404" in get("/none").split("\n")[0]
    first = (folder / "access.log").read_text().split("\n")[0].split()
    assert first[1:7:4] == [CLIENT, "200"]
    assert "/health" not in (folder / "access.log").read_text()
