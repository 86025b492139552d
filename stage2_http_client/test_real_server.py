"""fetch_sites and a real server: nginx serves its own pages, over HTTP and HTTPS.

It judges no gap, so it runs on the reference only. The certificates come from an authority of
the test's own, which openssl makes. No port is fixed: the kernel gives them, and nginx
inherits the sockets that listen there.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from harness import sanitizer
from harness.timeouts import scaled
from harness.tools import tool

pytestmark = pytest.mark.reference

# TLS allocates a lot: AddressSanitizer is to be quick about each, not thorough.
ASAN_OPTIONS = f"{sanitizer.environment()['ASAN_OPTIONS']}:fast_unwind_on_malloc=1"

LARGE = os.urandom(8 * 1024 * 1024)

# What follows "listen" and the port, and the certificate, if the server has one.
SERVERS = {
    "http": ("", None),
    "https": ("ssl", "here"),
    "http2": ("ssl http2", "here"),
    "elsewhere": ("ssl", "elsewhere"),
}

CERTIFICATES = """
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
[here]
subjectAltName = IP:127.0.0.1
[elsewhere]
subjectAltName = DNS:example.com
"""

CONFIGURATION = """
daemon off;
%(user)s
worker_processes 1;
pid %(folder)s/pid;
error_log stderr;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path %(folder)s/body;
    proxy_temp_path %(folder)s/proxy;
    fastcgi_temp_path %(folder)s/fastcgi;
    uwsgi_temp_path %(folder)s/uwsgi;
    scgi_temp_path %(folder)s/scgi;
    gzip on;
    gzip_min_length 1;
    default_type text/html;
    %(servers)s
}
"""

SERVER = """
    server {
        listen 127.0.0.1:%(port)s %(options)s;
        %(certificate)s
        root %(pages)s;
        location /folder/ { alias %(folder)s/pages/; autoindex on; }
        location = /moved { return 301 /folder/text.html; }
    }
"""


class Nginx:
    """A running nginx. `url` has the beginning of its URLs, by the name of its server."""

    def __init__(self, folder):
        self.program, self.openssl = tool("nginx"), tool("openssl")
        self.folder = folder
        self.pages = own_pages(self.program)
        self.authority = self._make_certificates()
        sockets = {name: socket.create_server(("127.0.0.1", 0)) for name in SERVERS}
        ports = {name: one.getsockname()[1] for name, one in sockets.items()}
        self.url = {
            name: f"{'https' if certificate else 'http'}://127.0.0.1:{ports[name]}"
            for name, (_, certificate) in SERVERS.items()
        }
        (folder / "pages").mkdir()
        (folder / "pages" / "text.html").write_text("<p>text</p>\n" * 10000)
        (folder / "pages" / "large.bin").write_bytes(LARGE)
        (folder / "pages" / "empty.html").write_bytes(b"")
        (folder / "nginx.conf").write_text(self._configuration(ports))
        numbers = [one.fileno() for one in sockets.values()]
        # That is how nginx hands its sockets on to a newer nginx.
        inherited = "".join(f"{number};" for number in numbers)
        with (folder / "error.log").open("w") as log:
            self.process = subprocess.Popen(
                [self.program, "-p", str(folder), "-c", str(folder / "nginx.conf")],
                pass_fds=numbers,
                env={**os.environ, "NGINX": inherited},
                stdin=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        for one in sockets.values():
            one.close()  # nobody but nginx listens: should it end, it is refused

    def _configuration(self, ports):
        servers = "".join(
            SERVER
            % {
                "port": ports[name],
                "options": options,
                "certificate": f"ssl_certificate {self.folder}/{certificate}.pem; "
                f"ssl_certificate_key {self.folder}/{certificate}.key;"
                if certificate
                else "",
                "pages": self.pages,
                "folder": self.folder,
            }
            for name, (options, certificate) in SERVERS.items()
        )
        # Its workers would become another user, who may not read the folder.
        user = "user root;" if os.geteuid() == 0 else ""
        return CONFIGURATION % {"user": user, "folder": self.folder, "servers": servers}

    def _make_certificates(self):
        (self.folder / "openssl.cnf").write_text(CERTIFICATES)
        self._request("authority", "-x509", "-extensions", "authority", "-days", "2")
        for name in ("here", "elsewhere"):
            self._request(name)
            os.rename(self.folder / f"{name}.pem", self.folder / f"{name}.csr")
            self._openssl("x509", "-req", "-days", "2", "-set_serial", "2",
                          "-in", f"{name}.csr", "-out", f"{name}.pem",
                          "-CA", "authority.pem", "-CAkey", "authority.key",
                          "-extfile", "openssl.cnf", "-extensions", name)  # fmt: skip
        return str(self.folder / "authority.pem")

    def _request(self, name, *more):
        self._openssl("req", "-new", "-nodes", "-config", "openssl.cnf", "-newkey", "ec",
                      "-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", f"/CN={name}",
                      "-keyout", f"{name}.key", "-out", f"{name}.pem", *more)  # fmt: skip

    def _openssl(self, *arguments):
        command = [self.openssl, *arguments]
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{' '.join(command)}:\n{done.stderr}"

    def log(self):
        """What nginx has said."""
        return (self.folder / "error.log").read_text()

    def close(self):
        """Ends it, and all that it has started."""
        self.process.terminate()
        try:
            self.process.wait(scaled(10))
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)


def own_pages(nginx):
    """The folder with the pages that come with nginx."""
    done = subprocess.run([nginx, "-V"], capture_output=True, text=True, check=True)
    prefix = re.search(r"--prefix=(\S+)", done.stderr)
    pages = Path(prefix[1]) / "html"
    assert (pages / "index.html").exists(), f"nginx has no page of its own in {pages}"
    return pages


@pytest.fixture(scope="module")
def nginx(tmp_path_factory):
    """A running nginx, for all tests of this file."""
    server = Nginx(tmp_path_factory.mktemp("nginx"))
    yield server
    server.close()


@pytest.fixture
def fetch(program, nginx, tmp_path):
    """fetch(ARGUMENT, ...) runs fetch_sites to its end."""

    def run(*arguments):
        process = program("fetch_sites").run(
            "-o", str(tmp_path), *arguments, ASAN_OPTIONS=ASAN_OPTIONS
        )
        assert nginx.process.poll() is None, f"nginx has ended: {nginx.log()}"
        return process

    return run


def names_in(folder):
    """The names of the files in a folder, hidden ones too."""
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("server", ["http", "https", "http2"])
def test_pages_of_a_real_server(fetch, nginx, tmp_path, server):
    """Its own page, a list that it makes, a large file, an empty one, one that moved."""
    paths = ["/", "/folder/", "/folder/large.bin", "/folder/empty.html", "/moved"]
    urls = [nginx.url[server] + path for path in paths]
    fetch("--ca", nginx.authority, *urls).expect_clean()
    pages = nginx.folder / "pages"
    expected = {
        "127-0-0-1.html": (nginx.pages / "index.html").read_bytes(),
        "folder-large-bin.html": LARGE,
        "folder-empty.html": b"",
        "moved.html": (pages / "text.html").read_bytes(),
    }
    for name, content in expected.items():
        assert (tmp_path / name).read_bytes() == content, name
    assert b"Index of /folder/" in (tmp_path / "folder.html").read_bytes()
    assert len(names_in(tmp_path)) == len(paths)


@pytest.mark.parametrize("server", ["http", "https", "http2"])
def test_many_pages_of_a_real_server(fetch, nginx, tmp_path, server):
    """A hundred pages, ten at a time: connections are used again, and closed at the end."""
    urls = [f"{nginx.url[server]}/folder/text.html?{n}" for n in range(100)]
    fetch("--ca", nginx.authority, "-c", "10", *urls).expect_clean()
    sizes = {path.stat().st_size for path in tmp_path.iterdir()}
    assert len(names_in(tmp_path)) == 100
    assert sizes == {(nginx.folder / "pages" / "text.html").stat().st_size}


def test_a_missing_page_of_a_real_server(fetch, nginx, tmp_path):
    """nginx's own page for 404 is not the page."""
    url = f"{nginx.url['http']}/missing"
    run = fetch(url, nginx.url["http"])
    assert run.exit == 1
    assert run.stderr_lines == [f"fetch_sites: {url}: the server answered 404"]
    assert names_in(tmp_path) == ["127-0-0-1.html"]


UNTRUSTED = {
    "an authority nobody knows": ("https", []),
    "another authority": ("https", ["--ca", "elsewhere.pem"]),
    "another host's certificate": ("elsewhere", ["--ca", "authority.pem"]),
    "no file of authorities": ("https", ["--ca", "missing.pem"]),
}


@pytest.mark.parametrize("why", UNTRUSTED)
def test_an_untrusted_server_is_refused(fetch, nginx, tmp_path, why):
    """Who is not who they say they are is not asked: one line names the certificate."""
    server, options = UNTRUSTED[why]
    options = [str(nginx.folder / x) if x.endswith(".pem") else x for x in options]
    run = fetch(*options, nginx.url[server])
    assert (run.exit, names_in(tmp_path)) == (1, [])
    assert len(run.stderr_lines) == 1
    assert run.stderr.startswith(f"fetch_sites: {nginx.url[server]}: ")
    assert "certificate" in run.stderr
