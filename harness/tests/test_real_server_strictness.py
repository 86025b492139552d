"""What nginx refuses, request_parser refuses, too: the requests of harness/fuzz/requests.py,
sent to a real server. (Where ours is stricter is no mistake; -rP lists it.)

No port is fixed: the kernel gives one, and nginx inherits the socket that listens there.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from harness.fuzz.requests import BAD, GOOD
from harness.tests import parser
from harness.timeouts import scaled
from harness.tools import tool

# What nginx refuses although RFC 9112 allows it.
ONLY_NGINX = {
    "OPTIONS of all": "the target * (3.2.4)",
    "a length and spaces": "a tab around a value (5)",
}

ROWS = {name: row[0] for name, row in [*GOOD.items(), *BAD.items()]}

CONFIGURATION = """
daemon off;
%(user)s
worker_processes 1;
pid %(folder)s/pid;
error_log stderr;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path %(folder)s/body;
    proxy_temp_path %(folder)s/proxy;
    fastcgi_temp_path %(folder)s/fastcgi;
    uwsgi_temp_path %(folder)s/uwsgi;
    scgi_temp_path %(folder)s/scgi;
    client_header_buffer_size 8k;
    client_max_body_size 1m;
    server {
        listen 127.0.0.1:%(port)s;
        location / { return 200 "taken"; }
    }
}
"""


class Nginx:
    """A running nginx that answers every request with 200."""

    def __init__(self, folder: Path):
        listening = socket.create_server(("127.0.0.1", 0))
        self.address = listening.getsockname()
        # Its worker would become another user, who may not write to the folder.
        user = "user root;" if os.geteuid() == 0 else ""
        values = {"folder": folder, "port": self.address[1], "user": user}
        (folder / "nginx.conf").write_text(CONFIGURATION % values)
        self.log = folder / "error.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [tool("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf")],
                pass_fds=[listening.fileno()],
                # That is how nginx hands its sockets on to a newer nginx.
                env={**os.environ, "NGINX": f"{listening.fileno()};"},
                stdin=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        listening.close()  # nobody but nginx listens: should it end, it is refused

    def answer(self, data: bytes) -> bytes:
        """All that comes for these bytes, after which nothing more is sent."""
        with socket.create_connection(self.address, timeout=scaled(10)) as connection:
            answer = b""
            try:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                while piece := connection.recv(65536):
                    answer += piece
            except (ConnectionResetError, BrokenPipeError):
                pass  # it had closed already, with bytes of ours unread
        return answer

    def close(self) -> None:
        """Ends it."""
        self.process.terminate()
        try:
            self.process.wait(scaled(10))
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def nginx(tmp_path_factory):
    """A running nginx, for all tests of this file."""
    server = Nginx(tmp_path_factory.mktemp("nginx"))
    yield server
    server.close()


@pytest.fixture(scope="module")
def ours():
    """The report of the first request of each row, by the row's name."""
    parser.build()
    found = parser.parse_streams(ROWS.values())
    return {name: reports[0] for name, reports in zip(ROWS, found)}


def refusal(answer: bytes) -> str:
    """How nginx has refused the first request: a status, or "closed"; "": it has not."""
    if not answer:
        return "closed"
    match = re.match(rb"HTTP/1\.[01] ([45]\d\d) ", answer)
    return match[1].decode() if match else ""


@pytest.mark.parametrize("name", ROWS)
def test_what_nginx_refuses_is_refused(nginx, ours, name):
    answer = nginx.answer(ROWS[name])
    assert nginx.process.poll() is None, f"nginx has ended: {nginx.log.read_text()}"
    theirs, report = refusal(answer), ours[name]
    print(f"{name}: nginx {theirs or 'takes it'}, ours {report['status'] or 'takes it'}")
    if name in ONLY_NGINX:
        assert report["state"] == "whole"
    elif theirs:
        assert report["state"] == "failed", f"nginx refuses it: {theirs}"
