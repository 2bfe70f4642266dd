"""The nameserver's program on a stock kernel: another verifier, and no JIT."""

from pathlib import Path

from dns_frames import frame
from live.nameserver.hot import HOT, WAYS, asked, load_hot, open_server, subnet

EDNS = [None, subnet("11.2.200.0", 24), subnet("2a11:0:2:1::", 56)]


def test_it_answers_as_the_server_does(tmp_path: Path) -> None:
    with open_server(load_hot(tmp_path)) as server:
        for name, types in HOT.items():
            for way, edns in zip(WAYS, EDNS, strict=False):
                message = asked(name, types[0], edns)
                reply, reason = server.run(frame(way, message))
                assert reply == server.expected(way, message), reason
