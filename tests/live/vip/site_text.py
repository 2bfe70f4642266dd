"""What stands in the files of a site of its own, and what serves there."""

SERVER = """
import socket, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Server(ThreadingHTTPServer):
    address_family = socket.AF_INET6
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        body = bytes(2_000_000) if self.path == "/big" else sys.argv[1].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_PUT(self):
        length = int(self.headers["Content-Length"])
        self.rfile.read(length)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass
def tell_lengths():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("23.0.1.80", 53))
        while True:
            data, client = server.recvfrom(65535)
            server.sendto(str(len(data)).encode(), client)
threading.Thread(target=tell_lengths, daemon=True).start()
Server(("::", 80), Handler).serve_forever()
"""

VIP_TOML = """
[balancer]
name = "lb1"
interface = "eth0"
source = "{balancer}"
gateway_mac = "02:00:01:00:00:01"
xdp = "{mode}"
[[pool]]
name = "www"
[pool.health]
port = 80
path = "/health"
# A machine that stalls now and then makes no backend look dead.
interval = "250 ms"
timeout = "250 ms"
fall = 4
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
[[vip]]
name = "www"
address = "2a23:0:1::80"
port = 80
pool = "www"
[[vip]]
name = "lengths"
address = "23.0.1.80"
port = 53
protocol = "udp"
pool = "www"
too_big = "split"
"""

BACKEND_TOML = """
[backend]
name = "{name}"
interface = "eth0"
decapsulation = "xdp"
balancers = ["11.1.8.10", "11.1.1.8", "2a11:0:1:800::10", "2a11:0:1:100::8"]
vips = ["23.0.1.80", "2a23:0:1::80"]
peers = ["11.1.1.10", "11.1.1.11"]
"""

WITHOUT_UDP = VIP_TOML[: VIP_TOML.rindex("[[vip]]")]
