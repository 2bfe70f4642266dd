"""A capture through the reference: what it sends, what is counted, what is refused."""

import json
from pathlib import Path

import pytest
from vip_vectors import read_balancer

from balancer.errors import ConfigError, FrontlabError
from balancer.pcap import Captured, read_capture, write_pcap
from balancer.vip.seeing.replay import main

CONFIG = """
[balancer]
name = "lb"
interface = "none-such0"
source = "11.1.8.10"
gateway_mac = "02:00:01:00:00:01"
[[pool]]
name = "www"
[pool.health]
port = 80
interval = "1 s"
timeout = "1 s"
[[pool.backend]]
name = "be1"
address = "11.1.1.10"
[[pool.backend]]
name = "be2"
address = "11.1.1.11"
[[vip]]
name = "www"
address = "23.0.1.80"
port = 80
pool = "www"
selection = "modulo"
"""
PACKETS = [packet for packet in read_balancer()[1] if not packet.down]


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    config, capture = tmp_path / "vip.toml", tmp_path / "in.pcap"
    config.write_text(CONFIG)
    frames = [Captured(n, packet.frame) for n, packet in enumerate(PACKETS)]
    capture.write_bytes(b"".join(write_pcap(frames)))
    mac = read_balancer()[0].options.mac.hex(":")
    return ["--config", str(config), "--mac", mac, str(capture), str(tmp_path / "out")]


def test_what_is_sent_has_the_times_of_what_came(files, capsys) -> None:
    assert main(files) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["frames"] == len(PACKETS) == sum(told["counters"].values())
    sent = list(read_capture(Path(files[-1]).read_bytes()))
    forwarded = [each for each in sent if each.frame[30:34] != b"\x17\x00\x01\x50"]
    assert {each.frame[33] for each in forwarded if each.frame[23] == 47} == {10, 11}
    assert [each.time_ns for each in sent] == sorted(each.time_ns for each in sent)


def test_the_dead_get_nothing(files, capsys) -> None:
    assert main(["--down", "be1", *files]) == 0
    sent = read_capture(Path(files[-1]).read_bytes())
    assert {each.frame[33] for each in sent if each.frame[23] == 47} == {11}


def test_wrong_words(files, capsys) -> None:
    with pytest.raises(ConfigError, match="be9"):
        main([*files, "--down", "be9"])
    for words in (["--mac", "mac"], ["--mtu", "1279"], ["--engine", "dpdk"]):
        with pytest.raises(SystemExit):
            main([*files, *words])
        assert words[0] in capsys.readouterr().err


def test_no_capture(files, tmp_path: Path) -> None:
    (tmp_path / "in.pcap").write_text("no capture")
    with pytest.raises(FrontlabError, match=r"in\.pcap: no pcap or pcapng"):
        main(files)
    (tmp_path / "in.pcap").unlink()
    with pytest.raises(FrontlabError, match="No such file"):
        main(files)
