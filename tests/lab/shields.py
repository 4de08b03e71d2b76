"""Shield servers: a real HAProxy in front of one origin, and the agent beside it. Each has an address of its own in
127.0.0.0/8, as two machines would have."""
import http.server
import pathlib
import sys

from .processes import Child, wait_until, run, Failed

_HAPROXY = """\
global
    maxconn 200
    stats socket {socket} mode 600 level admin
defaults
    mode http
    timeout connect 2s
    timeout client 10s
    timeout server 10s
frontend site
    bind {address}:{port}
    http-request set-header X-Shield {name}
    http-response set-header X-Served-By {name}
    default_backend origin
backend origin
    server origin 127.0.0.1:{origin}
"""


class Shield:
    """HAProxy of one server. `address` is what its DNS record says."""

    def __init__(self, name, address, port, origin_port, folder: pathlib.Path, logs: pathlib.Path, run_dir=None):
        self.name, self.address, self.port = name, address, port
        self.config = pathlib.Path(folder) / f"haproxy-{name}.cfg"
        self.config.write_text(_HAPROXY.format(
            socket=pathlib.Path(folder) / f"haproxy-{name}.sock", name=name, address=address, port=port,
            origin=origin_port))
        binary = "/usr/sbin/haproxy"
        self.child = Child(f"haproxy-{name}", [binary, "-db", "-f", self.config],
                           pathlib.Path(logs) / f"haproxy-{name}.log", run_dir=run_dir)

    def start(self):
        self.child.start()
        wait_until(f"HAProxy of {self.name} answers", lambda: self.child.must_be_alive() and self.fetch("localhost"), 15)
        return self

    def fetch(self, host, limit=3):
        """The page as a browser gets it from this address, or None."""
        done = run(["curl", "-s", "--max-time", limit, "--noproxy", "*", "--resolve",
                    f"{host}:{self.port}:{self.address}", f"http://{host}:{self.port}/"], check=False)
        return done.stdout if done.returncode == 0 else None


class _Origin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"hello from {self.headers.get('X-Shield', 'nobody')}\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, form, *arguments):
        print(self.client_address[0], form % arguments, flush=True)


def origin_command(port):
    return [sys.executable, "-m", "lab.shields", str(port)]


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Origin).serve_forever()
