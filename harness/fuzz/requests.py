"""Requests, good and bad, and what request_parser is to make of each: for its tests, for the
comparison with nginx, and as what the fuzzer begins with."""

from __future__ import annotations

GET = b"GET / HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /x HTTP/1.1\r\nHost: a\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
END = b"\r\n"


def line(text: bytes) -> bytes:
    """A whole request with this request line."""
    return text + b"\r\nHost: a\r\n\r\n"


def header(text: bytes) -> bytes:
    """A GET with one more header line."""
    return GET + text + b"\r\n\r\n"


def length(value: bytes) -> bytes:
    """A POST with this Content-Length, and a body of five bytes."""
    return POST + b"Content-Length:" + value + b"\r\n\r\nhello"


def encoding(value: bytes) -> bytes:
    """A POST with this Transfer-Encoding, and a chunked body."""
    return POST + b"Transfer-Encoding:" + value + b"\r\n\r\n5\r\nhello\r\n0\r\n\r\n"


def chunks(text: bytes) -> bytes:
    """A POST with this chunked body."""
    return CHUNKED + text


# Its name: the bytes, and some of what is to be reported.
GOOD: dict[str, tuple[bytes, dict[str, object]]] = {
    "a plain GET": (
        GET + END,
        {"method": "GET", "target": "/", "host": "a", "headers": [["Host", "a"]]},
    ),
    "a query": (line(b"GET /a/b?c=d&e=%20 HTTP/1.1"), {"target": "/a/b?c=d&e=%20"}),
    "any visible character": (
        line(b"GET /!\"$&'()*+,-.:;<=>?@[\\]^_`{|}~ HTTP/1.1"),
        {"target": "/!\"$&'()*+,-.:;<=>?@[\\]^_`{|}~"},
    ),
    "escapes": (line(b"GET /%20%Ff?%0a HTTP/1.1"), {"target": "/%20%Ff?%0a"}),
    "two slashes": (line(b"GET //b/c HTTP/1.1"), {"target": "//b/c", "host": "a"}),
    "a whole URL": (
        line(b"GET http://b:80/c?d HTTP/1.1"),
        {"target": "/c?d", "host": "b:80", "headers": [["Host", "a"]]},
    ),
    "a whole URL, capitals": (
        line(b"GET HTTP://B/c HTTP/1.1"),
        {"target": "/c", "host": "B"},
    ),
    "a whole URL, and headers for which what is kept must move": (
        b"GET http://b/c HTTP/1.1\r\nHost: a\r\n" + b"D: %s\r\n" % (b"d" * 80) * 20 + END,
        {
            "target": "/c",
            "host": "b",
            "headers": [["Host", "a"]] + [["D", "d" * 80]] * 20,
        },
    ),
    "a whole URL without a path": (line(b"GET http://b HTTP/1.1"), {"target": "/"}),
    "a whole URL, only a query": (line(b"GET http://b?c HTTP/1.1"), {"target": "/?c"}),
    "a whole URL, an address": (
        line(b"GET http://[::1]:8/ HTTP/1.1"),
        {"host": "[::1]:8"},
    ),
    "OPTIONS of all": (line(b"OPTIONS * HTTP/1.1"), {"target": "*", "host": "a"}),
    "OPTIONS of a whole URL": (line(b"OPTIONS http://b HTTP/1.1"), {"target": "*"}),
    "OPTIONS of a path": (line(b"OPTIONS /c HTTP/1.1"), {"target": "/c"}),
    "PATCH": (line(b"PATCH / HTTP/1.1"), {"method": "PATCH"}),
    "DELETE": (line(b"DELETE / HTTP/1.1"), {"method": "DELETE", "has_body": False}),
    "HEAD": (line(b"HEAD / HTTP/1.1"), {"method": "HEAD"}),
    "a method with a hyphen": (line(b"M-SEARCH / HTTP/1.1"), {"method": "M-SEARCH"}),
    "one empty line before": (END + GET + END, {"consumed": 29}),
    "two empty lines before": (END + END + GET + END, {"target": "/"}),
    "HTTP/1.0 without Host": (
        b"GET / HTTP/1.0\r\n\r\n",
        {"host": None, "headers": [], "keep_alive": False},
    ),
    "HTTP/1.0 keep-alive": (
        b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
        {"keep_alive": True},
    ),
    "HTTP/1.0 close and keep-alive": (
        b"GET / HTTP/1.0\r\nConnection: close, keep-alive\r\n\r\n",
        {"keep_alive": False},
    ),
    "HTTP/1.1 keeps": (GET + END, {"keep_alive": True}),
    "Connection: close": (header(b"Connection: close"), {"keep_alive": False}),
    "close in a list": (header(b"Connection: a ,\tClose,b"), {"keep_alive": False}),
    "close in the second": (
        header(b"Connection: keep-alive\r\nConnection: close"),
        {"keep_alive": False},
    ),
    "closed is not close": (header(b"Connection: closed"), {"keep_alive": True}),
    "an upgrade": (
        header(b"Connection: keep-alive, Upgrade\r\nUpgrade: websocket"),
        {"wants_upgrade": True, "keep_alive": True},
    ),
    "Upgrade alone": (header(b"Upgrade: websocket"), {"wants_upgrade": False}),
    "Connection: upgrade alone": (
        header(b"Connection: upgrade"),
        {"wants_upgrade": False},
    ),
    "an upgrade in HTTP/1.0": (
        b"GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
        {"wants_upgrade": False},
    ),
    "an upgrade with a body": (
        POST + b"Connection: upgrade\r\nUpgrade: x\r\nContent-Length: 2\r\n\r\nhi",
        {"wants_upgrade": False, "body": 2},
    ),
    "an upgrade with an empty body": (
        POST + b"Connection: upgrade\r\nUpgrade: x\r\nContent-Length: 0\r\n\r\n",
        {"wants_upgrade": True, "has_body": True, "body": 0},
    ),
    "no space after the colon": (
        header(b"A:b"),
        {"headers": [["Host", "a"], ["A", "b"]]},
    ),
    "space around a value": (
        header(b"A: \t b c \t"),
        {"headers": [["Host", "a"], ["A", "b c"]]},
    ),
    "an empty value": (header(b"A:"), {"headers": [["Host", "a"], ["A", ""]]}),
    "a value of spaces": (header(b"A:  \t "), {"headers": [["Host", "a"], ["A", ""]]}),
    "a colon in a value": (header(b"A: b:c"), {"headers": [["Host", "a"], ["A", "b:c"]]}),
    "a tab in a value": (header(b"A: b\tc"), {"headers": [["Host", "a"], ["A", "b\tc"]]}),
    "a value beyond ASCII": (
        header(b"A: \xc3\xbc\xff"),
        {"headers": [["Host", "a"], ["A", "\xc3\xbc\xff"]]},
    ),
    "any character in a name": (
        header(b"!#$%&'*+-.^_`|~0aZ: b"),
        {"headers": [["Host", "a"], ["!#$%&'*+-.^_`|~0aZ", "b"]]},
    ),
    "the same header twice": (
        header(b"A: 1\r\na: 2"),
        {"headers": [["Host", "a"], ["A", "1"], ["a", "2"]]},
    ),
    "a host with a port": (
        b"GET / HTTP/1.1\r\nhOST: a.b-c_d:8080\r\n\r\n",
        {"host": "a.b-c_d:8080"},
    ),
    "a host with an empty port": (b"GET / HTTP/1.1\r\nHost: a:\r\n\r\n", {"host": "a:"}),
    "a host in brackets": (
        b"GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
        {"host": "[::1]:80"},
    ),
    "a body": (length(b" 5"), {"has_body": True, "body": 5, "consumed": 53}),
    "a length with zeros": (length(b" 0000000000000000000000000005"), {"body": 5}),
    "a length and spaces": (length(b"\t 5 \t"), {"body": 5}),
    "no body": (POST + END, {"has_body": False, "head": 0}),
    "a body of no bytes": (
        POST + b"Content-Length: 0\r\n\r\n",
        {"has_body": True, "body": 0, "head": 0},
    ),
    "a body of GET": (GET + b"Content-Length: 1\r\n\r\nx", {"body": 1}),
    "Expect": (
        POST + b"Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx",
        {"wants_continue": True},
    ),
    "Expect without a body": (header(b"Expect: 100-continue"), {"wants_continue": False}),
    "Expect of something else": (
        POST + b"Expect: more\r\nContent-Length: 1\r\n\r\nx",
        {"wants_continue": False},
    ),
    "Expect in HTTP/1.0": (
        b"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
        {"wants_continue": False},
    ),
    "chunks": (
        chunks(b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"),
        {"body": 11, "has_body": True},
    ),
    "Chunked": (encoding(b" Chunked "), {"body": 5}),
    "no chunks": (chunks(b"0\r\n\r\n"), {"body": 0, "has_body": True}),
    "a large and a small digit": (
        chunks(b"A\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n"),
        {"body": 21},
    ),
    "zeros before a size": (chunks(b"0000000000000001\r\nx\r\n000\r\n\r\n"), {"body": 1}),
    "a chunk of line ends": (chunks(b"4\r\n\r\n\r\n\r\n0\r\n\r\n"), {"body": 4}),
    "chunk extensions": (
        chunks(b'1;a;b=c;d="e;\\" \t\xfc"\r\nx\r\n0;f\r\n\r\n'),
        {"body": 1},
    ),
    "an empty string in quotes": (chunks(b'1;a=""\r\nx\r\n0\r\n\r\n'), {"body": 1}),
    "trailers": (
        chunks(b"1\r\nx\r\n0\r\nA: b\r\nExpires: never\r\n\r\n"),
        {"body": 1, "headers": [["Host", "a"], ["Transfer-Encoding", "chunked"]]},
    ),
    "a trailer that means nothing there": (
        chunks(b"0\r\nConnection: close\r\n\r\n"),
        {"keep_alive": True},
    ),
}

# Its name: the bytes, the status, and a part of the problem.
BAD: dict[str, tuple[bytes, int, str]] = {
    # The request line.
    "HTTP/0.9": (b"GET /\r\n\r\n", 400, "without a version"),
    "a method alone": (b"GET\r\n\r\n", 400, "without a version"),
    "no method": (b" / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "no method"),
    "two methods": (line(b"GET POST / HTTP/1.1"), 400, "two spaces"),
    "two spaces before the target": (line(b"GET  / HTTP/1.1"), 400, "two spaces"),
    "two spaces after the target": (line(b"GET /  HTTP/1.1"), 400, "two spaces"),
    "a space at the end": (line(b"GET / HTTP/1.1 "), 400, "two spaces"),
    "a space in the target": (line(b"GET /a b HTTP/1.1"), 400, "two spaces"),
    "a tab for a space": (line(b"GET\t/ HTTP/1.1"), 400, "no method"),
    "a tab in the target": (line(b"GET /\t HTTP/1.1"), 400, "target"),
    "a method with a bracket": (line(b"G[T / HTTP/1.1"), 400, "no method"),
    "a method beyond ASCII": (line(b"G\xc4T / HTTP/1.1"), 400, "no method"),
    "an unknown method": (line(b"BREW / HTTP/1.1"), 501, "unknown method"),
    "a method in small letters": (line(b"get / HTTP/1.1"), 501, "unknown method"),
    "a longer method": (line(b"GETS / HTTP/1.1"), 501, "unknown method"),
    "a method of RTSP": (line(b"DESCRIBE / HTTP/1.1"), 501, "unknown method"),
    "CONNECT": (line(b"CONNECT a:80 HTTP/1.1"), 501, "CONNECT"),
    "HTTP/2's beginning": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "not HTTP/1.1"),
    "HTTP/2.0": (line(b"GET / HTTP/2.0"), 505, "not HTTP/1.1"),
    "HTTP/1.2": (line(b"GET / HTTP/1.2"), 505, "not HTTP/1.1"),
    "HTTP/0.9, said": (line(b"GET / HTTP/0.9"), 505, "not HTTP/1.1"),
    "HTTP/1": (line(b"GET / HTTP/1"), 400, "no HTTP version"),
    "HTTP/1.10": (line(b"GET / HTTP/1.10"), 400, "no HTTP version"),
    "HTTP/01.1": (line(b"GET / HTTP/01.1"), 400, "no HTTP version"),
    "HTTP/1,1": (line(b"GET / HTTP/1,1"), 400, "no HTTP version"),
    "http/1.1": (line(b"GET / http/1.1"), 400, "no HTTP version"),
    "ICE/1.0": (line(b"SOURCE / ICE/1.0"), 400, "no HTTP version"),
    "RTSP/1.0": (line(b"GET / RTSP/1.0"), 400, "no HTTP version"),
    "no version": (line(b"GET / "), 400, "no HTTP version"),
    "a target without a slash": (line(b"GET a HTTP/1.1"), 400, "neither a path"),
    "a query alone": (line(b"GET ?a HTTP/1.1"), 400, "neither a path"),
    "a URL of https": (line(b"GET https://a/ HTTP/1.1"), 400, "neither a path"),
    "a URL of something else": (line(b"GET ftp://a/ HTTP/1.1"), 400, "neither a path"),
    "a star of GET": (line(b"GET * HTTP/1.1"), 400, "OPTIONS"),
    "two stars": (line(b"OPTIONS ** HTTP/1.1"), 400, "neither a path"),
    "a URL without a host": (line(b"GET http:///a HTTP/1.1"), 400, "target's URL"),
    "http:// alone": (line(b"GET http:// HTTP/1.1"), 400, "neither a path"),
    "a URL with a user": (line(b"GET http://b@a/ HTTP/1.1"), 400, "target's URL"),
    "a URL with a word for a port": (
        line(b"GET http://a:b/ HTTP/1.1"),
        400,
        "target's URL",
    ),
    "an escape without digits": (line(b"GET /% HTTP/1.1"), 400, "a % in"),
    "an escape with one digit": (line(b"GET /a%2?b HTTP/1.1"), 400, "a % in"),
    "an escape in letters": (line(b"GET /%zz HTTP/1.1"), 400, "a % in"),
    "an escape in a query": (line(b"GET /?a=100% HTTP/1.1"), 400, "a % in"),
    "an escaped zero": (line(b"GET /%00 HTTP/1.1"), 400, "a % in"),
    "a fragment": (line(b"GET /a#b HTTP/1.1"), 400, "target"),
    "a target beyond ASCII": (line(b"GET /\xc3\xbc HTTP/1.1"), 400, "target"),
    "a zero byte in the target": (line(b"GET /\0 HTTP/1.1"), 400, "control character"),
    "DEL in the target": (line(b"GET /\x7f HTTP/1.1"), 400, "control character"),
    "three empty lines": (END * 3 + GET + END, 400, "empty lines"),
    "an empty line of LF": (b"\n" + GET + END, 400, "LF without a CR"),
    "an empty line of CR": (b"\r" + GET + END, 400, "CR without an LF"),
    "a hello of TLS": (b"\x16\x03\x01\x02\x00\x01", 400, "control character"),
    "a request line ended by LF": (b"GET / HTTP/1.1\nHost: a\r\n\r\n", 400, "LF without"),
    "a request line ended by CR": (b"GET / HTTP/1.1\rHost: a\r\n\r\n", 400, "CR without"),
    "a request line ended by CR CR LF": (line(b"GET / HTTP/1.1\r"), 400, "CR without"),
    # Headers.
    "no Host": (b"GET / HTTP/1.1\r\nA: b\r\n\r\n", 400, "no Host"),
    "no Host, a whole URL": (b"GET http://a/ HTTP/1.1\r\n\r\n", 400, "no Host"),
    "two Hosts": (header(b"Host: b"), 400, "two Host"),
    "twice the same Host": (header(b"host: a"), 400, "two Host"),
    "two Hosts in HTTP/1.0": (
        b"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n",
        400,
        "two Host",
    ),
    "an empty Host": (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400, "Host header"),
    "a Host with a path": (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "Host header"),
    "a Host with a user": (b"GET / HTTP/1.1\r\nHost: b@a\r\n\r\n", 400, "Host header"),
    "a Host of two words": (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "Host header"),
    "a Host that is a port": (b"GET / HTTP/1.1\r\nHost: :80\r\n\r\n", 400, "Host header"),
    "a Host with two ports": (
        b"GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n",
        400,
        "Host header",
    ),
    "a Host with an open bracket": (
        b"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
        400,
        "Host header",
    ),
    "a Host with bad brackets": (
        b"GET / HTTP/1.1\r\nHost: [x:1]\r\n\r\n",
        400,
        "Host header",
    ),
    "a Host with empty brackets": (
        b"GET / HTTP/1.1\r\nHost: []\r\n\r\n",
        400,
        "Host header",
    ),
    "a folded header": (header(b"A: b\r\n c"), 400, "next line"),
    "a folded header, by a tab": (header(b"A: b\r\n\tc"), 400, "next line"),
    "a line of spaces": (header(b"A: b\r\n  "), 400, "next line"),
    "a space before the first": (
        b"GET / HTTP/1.1\r\n Host: a\r\n\r\n",
        400,
        "first header",
    ),
    "a tab before the first": (
        b"GET / HTTP/1.1\r\n\tHost: a\r\n\r\n",
        400,
        "first header",
    ),
    "a space before the colon": (header(b"A : b"), 400, "before the colon"),
    "a tab before the colon": (header(b"A\t: b"), 400, "before the colon"),
    "a space in a name": (header(b"A b: c"), 400, "header's name"),
    "a header without a colon": (header(b"A"), 400, "without a colon"),
    "a header without a name": (header(b": b"), 400, "without a name"),
    "a name in brackets": (header(b"(A): b"), 400, "header's name"),
    "a name beyond ASCII": (header(b"\xc4: b"), 400, "header's name"),
    "a zero byte in a name": (header(b"A\0: b"), 400, "control character"),
    "a zero byte in a value": (header(b"A: b\0c"), 400, "control character"),
    "a bell in a value": (header(b"A: b\ac"), 400, "control character"),
    "DEL in a value": (header(b"A: b\x7f"), 400, "control character"),
    "a CR in a value": (header(b"A: b\rc"), 400, "CR without"),
    "a CR before a header": (header(b"\rA: b"), 400, "CR without"),
    "a header ended by LF": (GET + b"A: b\nC: d\r\n\r\n", 400, "LF without"),
    "a header ended by CR CR LF": (header(b"A: b\r"), 400, "CR without"),
    "a head ended by LF": (GET + b"\n", 400, "LF without"),
    "a head ended by CR": (GET + b"\rx", 400, "CR without"),
    # How long the body is.
    "two lengths": (length(b" 5\r\nContent-Length: 6"), 400, "two Content-Length"),
    "twice the same length": (
        length(b" 5\r\ncontent-length: 5"),
        400,
        "two Content-Length",
    ),
    "a list of lengths": (length(b" 5, 5"), 400, "not a number"),
    "an empty length": (length(b""), 400, "not a number"),
    "a length with a plus": (length(b" +5"), 400, "not a number"),
    "a negative length": (length(b" -5"), 400, "not a number"),
    "a hexadecimal length": (length(b" 0x5"), 400, "not a number"),
    "a length with a space": (length(b" 5 5"), 400, "not a number"),
    "a length with a point": (length(b" 5.0"), 400, "not a number"),
    "a length in words": (length(b" five"), 400, "not a number"),
    "a length of 2^64": (length(b" 18446744073709551616"), 400, "too large"),
    "a length of 30 digits": (length(b" " + b"9" * 30), 400, "too large"),
    "a length of 2^64 - 1": (length(b" 18446744073709551615"), 413, "body is too long"),
    "a length and chunks": (length(b" 5\r\nTransfer-Encoding: chunked"), 400, "together"),
    "chunks and a length": (encoding(b" chunked\r\nContent-Length: 5"), 400, "together"),
    "chunks in HTTP/1.0": (
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
        "in HTTP/1.0",
    ),
    "gzip": (encoding(b" gzip"), 501, "other than chunked"),
    "identity": (encoding(b" identity"), 501, "other than chunked"),
    "gzip, chunked": (encoding(b" gzip, chunked"), 501, "other than chunked"),
    "gzip, then chunked": (
        encoding(b" gzip\r\nTransfer-Encoding: chunked"),
        501,
        "other than chunked",
    ),
    "chunked, gzip": (encoding(b" chunked, gzip"), 400, "not the last"),
    "chunked, then gzip": (
        encoding(b" chunked\r\nTransfer-Encoding: gzip"),
        400,
        "not the last",
    ),
    "chunked, chunked": (encoding(b" chunked, chunked"), 400, "twice"),
    "chunked, then chunked": (
        encoding(b" chunked\r\nTransfer-Encoding: chunked"),
        400,
        "twice",
    ),
    "an empty encoding": (encoding(b""), 400, "empty Transfer-Encoding"),
    "an encoding and a comma": (encoding(b" ,chunked"), 400, "empty Transfer-Encoding"),
    "chunked with a parameter": (encoding(b" chunked;a=b"), 501, "other than chunked"),
    "chunked in quotes": (encoding(b' "chunked"'), 501, "other than chunked"),
    "xchunked": (encoding(b" xchunked"), 501, "other than chunked"),
    "chunkedx": (encoding(b" chunkedx"), 501, "other than chunked"),
    "a vertical tab before chunked": (encoding(b" \vchunked"), 400, "control character"),
    # Chunks.
    "no chunk size": (chunks(b"\r\nx\r\n0\r\n\r\n"), 400, "chunk size"),
    "a chunk size in words": (chunks(b"one\r\nx\r\n0\r\n\r\n"), 400, "chunk size"),
    "a negative chunk size": (chunks(b"-1\r\nx\r\n0\r\n\r\n"), 400, "chunk size"),
    "a chunk size with a plus": (chunks(b"+1\r\nx\r\n0\r\n\r\n"), 400, "chunk size"),
    "a chunk size with 0x": (chunks(b"0x1\r\nx\r\n0\r\n\r\n"), 400, "chunk size"),
    "a space before a size": (chunks(b" 1\r\nx\r\n0\r\n\r\n"), 400, "chunk size"),
    "a space after a size": (chunks(b"1 \r\nx\r\n0\r\n\r\n"), 400, "chunk size"),
    "a chunk size of 17 digits": (
        chunks(b"0" * 16 + b"1\r\nx\r\n0\r\n\r\n"),
        400,
        "chunk size",
    ),
    "a chunk size of 2^64": (chunks(b"1" + b"0" * 16 + b"\r\nx\r\n"), 400, "chunk size"),
    "a chunk size of 2^64 - 1": (
        chunks(b"f" * 16 + b"\r\nx\r\n"),
        413,
        "body is too long",
    ),
    "an extension without a name": (chunks(b"1;\r\nx\r\n0\r\n\r\n"), 400, "extension"),
    "an extension without a value": (chunks(b"1;a=\r\nx\r\n0\r\n\r\n"), 400, "extension"),
    "an extension with a space": (chunks(b"1; a\r\nx\r\n0\r\n\r\n"), 400, "extension"),
    "an extension of two words": (chunks(b"1;a=b c\r\nx\r\n0\r\n\r\n"), 400, "extension"),
    "an extension's open quotes": (chunks(b'1;a="b\r\nx\r\n0\r\n\r\n'), 400, "extension"),
    "an extension's quoted quotes": (
        chunks(b'1;a="b\\"\r\nx\r\n0\r\n\r\n'),
        400,
        "extension",
    ),
    "after an extension's quotes": (
        chunks(b'1;a="b"c\r\nx\r\n0\r\n\r\n'),
        400,
        "extension",
    ),
    "a zero byte in an extension": (chunks(b"1;a\0\r\nx\r\n"), 400, "control character"),
    "a chunk size ended by LF": (chunks(b"1\nx\r\n0\r\n\r\n"), 400, "LF without"),
    "a chunk size ended by CR": (chunks(b"1\rx\r\n0\r\n\r\n"), 400, "CR without"),
    "an extension ended by LF": (chunks(b"1;a\nx\r\n0\r\n\r\n"), 400, "LF without"),
    "a chunk ended by LF": (chunks(b"1\r\nx\n0\r\n\r\n"), 400, "LF without"),
    "a chunk ended by CR": (chunks(b"1\r\nx\r0\r\n\r\n"), 400, "CR without"),
    "a chunk ended by nothing": (chunks(b"1\r\nx0\r\n\r\n"), 400, "as long as it says"),
    "a chunk that is too long": (
        chunks(b"1\r\nxyz\r\n0\r\n\r\n"),
        400,
        "as long as it says",
    ),
    "a last chunk ended by LF": (chunks(b"0\n\r\n"), 400, "LF without"),
    "chunks ended by LF": (chunks(b"0\r\n\n"), 400, "LF without"),
    "chunks ended by CR": (chunks(b"0\r\n\rx"), 400, "CR without"),
    # Trailers.
    "a trailer without a colon": (chunks(b"0\r\nA\r\n\r\n"), 400, "without a colon"),
    "a trailer without a name": (chunks(b"0\r\n: b\r\n\r\n"), 400, "without a name"),
    "a trailer with a space": (chunks(b"0\r\nA : b\r\n\r\n"), 400, "before the colon"),
    "a folded trailer": (chunks(b"0\r\nA: b\r\n c\r\n\r\n"), 400, "next line"),
    "a space before a trailer": (chunks(b"0\r\n A: b\r\n\r\n"), 400, "next line"),
    "a trailer ended by LF": (chunks(b"0\r\nA: b\n\r\n"), 400, "LF without"),
    "a zero byte in a trailer": (chunks(b"0\r\nA: \0\r\n\r\n"), 400, "control character"),
    "a Host in the trailers": (chunks(b"0\r\nHost: b\r\n\r\n"), 400, "must be a header"),
    "a length in the trailers": (
        chunks(b"0\r\nContent-Length: 5\r\n\r\n"),
        400,
        "must be a header",
    ),
    "an encoding in the trailers": (
        chunks(b"0\r\nTransfer-Encoding: chunked\r\n\r\n"),
        400,
        "must be a header",
    ),
}
