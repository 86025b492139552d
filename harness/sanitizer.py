"""Turns what a sanitizer, an assertion or glibc prints into one sentence for a learner.

A sanitizer's report is forty lines long and its first frames are the sanitizer's own.
`translate()` keeps what a learner needs: what happened, on which of *their* lines, and,
for memory, where it was allocated and freed. `environment()` holds the options that the
programs must run under for the reports to be there at all.

Reads AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer as gcc and clang
print them, failed assertions (the program's own and libuv's), glibc's heap aborts, and
the handle guard's reports (a handle freed before its close callback).
"""
from __future__ import annotations

import itertools
import os
import re
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

LEAK_CHECK = sys.platform.startswith("linux")
"""Whether leaks are looked for: LeakSanitizer does not run on macOS."""

EXIT_CODE = 99
"""What a program exits with after a sanitizer's report; no program uses it itself."""


@dataclass(frozen=True)
class Frame:
    """One line of a stack: `file` is relative to the root if inside it; for code without
    line numbers it is the library's name and `line` is 0; both empty: nothing known."""

    function: str
    file: str
    line: int

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return (
            f"{self.function} ({place})"
            if self.function and place
            else (self.function or place or "code without a name")
        )


@dataclass(frozen=True)
class Report:
    """What went wrong. `frame` is the project's line to look at first, `frames` the whole
    stack; `allocated` and `freed` are the project's lines that did that to the memory."""

    kind: str
    sentence: str
    frame: Frame | None = None
    frames: list[Frame] = field(default_factory=list)
    allocated: Frame | None = None
    freed: Frame | None = None
    raw: str = ""


def environment() -> dict[str, str]:
    """The variables to run sanitized programs with. What the caller's own ASAN_OPTIONS
    or UBSAN_OPTIONS say comes last, so it wins (clang reads both, UBSAN_OPTIONS last)."""
    both = {
        "exitcode": EXIT_CODE,  # tells a report from a program that itself exits with 1
        "abort_on_error": 0,  # macOS would abort: no exit code, and a crash dialog
        "handle_abort": 1,  # a failed assertion, libuv's too, comes with a stack
        "allow_addr2line": 1,  # clang without llvm-symbolizer still gets line numbers
        "color": "never",  # reports are read by a program
    }
    asan = {
        **both,
        # macOS has no leak checking, and its ASan refuses to start when asked for it.
        "detect_leaks": int(LEAK_CHECK),
        # Handles on the stack of a function that returned: gcc 12 looks only if told to.
        "detect_stack_use_after_return": 1,
        # A string without its final NUL is found where it is used.
        "strict_string_checks": 1,
        # An absurd size (a negative number, mostly) is a mistake to name, not a NULL.
        "allocator_may_return_null": 0,
        # libuv is not instrumented: its reads of freed memory are seen only if they do
        # harm. Zeros do: a closing handle fails libuv's assertion, a timer or a request
        # calls NULL at once. Any other byte makes timers due in a million years: a hang.
        "max_free_fill_size": 4096,
        "free_fill_byte": 0,
        # Fresh memory is not zero by luck. 0xbc reads as "not closing" in a handle's
        # flags, so uv_close() on it says "no handle" instead of "closed twice".
        "max_malloc_fill_size": 4096,
        "malloc_fill_byte": 0xBC,
        # libuv keeps no frame pointers; without this, stacks through it stop there.
        "fast_unwind_on_malloc": 0,
        # The legend of shadow bytes is noise in every log.
        "print_legend": 0,
    }
    ubsan = {
        **both,
        "print_stacktrace": 1,  # the mistake may be in the caller
        "halt_on_error": 1,  # the first mistake is the one to mend
    }
    return {
        "ASAN_OPTIONS": _options(asan, "ASAN_OPTIONS"),
        "UBSAN_OPTIONS": _options(ubsan, "UBSAN_OPTIONS"),
    }


def _options(ours: dict, variable: str) -> str:
    words = [f"{key}={value}" for key, value in ours.items()]
    return ":".join(words + [theirs for theirs in [os.environ.get(variable)] if theirs])


def translate(text: str, *, root: Path, prefer: str | None = None) -> Report | None:
    """The first mistake that `text`, a program's stderr, reports; None: it reports none.

    `root` is the project's folder: frames below it are the project's own. `prefer` is a
    path prefix relative to root ("stage1_event_loop/"): frames there come before others.
    """
    found = []
    for pattern, reader in _READERS:
        match = pattern.search(text)
        if match:
            found.append((match.start(), match, reader))
    if not found:
        return None
    start, match, reader = min(found, key=lambda item: item[0])
    code = _Code(root, prefer)
    return replace(reader(match, text[start:], code), raw=text)


# --- Stacks --------------------------------------------------------------------------

_FRAME = re.compile(r"^\s*#(\d+) 0x[0-9a-f]+ +(?:in )?(.*)$")
_SOURCE = re.compile(r"(?P<file>[^\s()].*?):(?P<line>\d+)(?::\d+)?$")
_MODULE = re.compile(r"\((?P<path>[^()]+?)\+0x[0-9a-f]+\)")
_BUILD_ID = re.compile(r" *\(BuildId: [0-9a-f]+\)$")

# The guard's own frames stand between free() and the mistake; they are not the mistake.
_GUARD_FILE = "handle_guard.c"


class _Code:
    """Knows which frames are the project's, and how to name them."""

    def __init__(self, root: Path, prefer: str | None):
        self.roots = sorted({os.path.abspath(root), os.path.realpath(root)})
        self.prefer = prefer

    def relative(self, file: str) -> str:
        """`file` relative to the root if it is inside it, else as it was."""
        for root in self.roots:
            path = os.path.normpath(os.path.join(root, file))
            inside = path.startswith(root + os.sep)
            # gcc prints paths as the compiler was given them; so does glibc for its own.
            if inside and (os.path.isabs(file) or os.path.exists(path)):
                return Path(path).relative_to(root).as_posix()
        return file

    def owns(self, frame: Frame) -> bool:
        if not frame.line or frame.file.endswith(_GUARD_FILE):
            return False
        return any(
            os.path.exists(os.path.join(root, frame.file)) for root in self.roots
        ) and not os.path.isabs(frame.file)

    def own(self, frames: list[Frame]) -> Frame | None:
        """The frame to show: the learner's first, else the project's first. Who runs the loop
        is shown only when nothing that the loop has called is the project's."""
        called = itertools.takewhile(lambda frame: frame.function != "uv_run", frames)
        for some in (list(called), frames):
            ours = [frame for frame in some if self.owns(frame)]
            learners = [f for f in ours if self.prefer and f.file.startswith(self.prefer)]
            if ours:
                return (learners + ours)[0]
        return None

    def stack(self, text: str, after: str = "") -> list[Frame]:
        """The first stack in `text` that follows the pattern `after`; [] if none."""
        begin = re.search(after, text, re.MULTILINE)
        frames: list[Frame] = []
        for line in text[begin.end() :].splitlines() if begin else []:
            match = _FRAME.match(line)
            if match and int(match.group(1)) == len(frames):
                frames.append(self._frame(match.group(2)))
            elif frames:
                break
            elif after and line.strip():  # the stack belongs to another headline
                break
        return frames

    def _frame(self, text: str) -> Frame:
        text = _BUILD_ID.sub("", text)
        function, _, place = text.partition(" ")
        source = _SOURCE.match(place.strip())
        if source:
            return Frame(function, self.relative(source["file"]), int(source["line"]))
        module = _MODULE.search(text)
        name = Path(module["path"]).name if module else ""
        if text.startswith("("):
            function = ""
        return Frame(re.sub(r"\+0x[0-9a-f]+$", "", function), name, 0)

    def library(self, frames: list[Frame]) -> str:
        """The library ("libuv") that did it between the project's frame and the top."""
        for frame in frames:
            if self.owns(frame):
                break
            match = re.match(r"(lib[a-z]+)[\w.+-]*\.(?:so|dylib)", frame.file)
            if match and match.group(1) not in ("libc", "libasan", "libubsan"):
                return match.group(1)
        return ""

    def where(self, frames: list[Frame]) -> str:
        """ " in f (x.c:3)", or "" if no frame is the project's."""
        frame, library = self.own(frames), self.library(frames)
        if library:
            return f" inside {library}" + (f", called by {frame}" if frame else "")
        return f" in {frame}" if frame else ""


def _then(said: str, frame: Frame | None, earlier: Frame | None) -> str:
    """ ", freed in f (x.c:3)"; in the file just named, ", freed in f (line 3)"."""
    if frame is None:
        return ""
    if earlier and earlier.file == frame.file and frame.function:
        return f", {said} in {frame.function} (line {frame.line})"
    return f", {said} in {frame}"


# --- AddressSanitizer ----------------------------------------------------------------

_ASAN = re.compile(r"==\d+==\s*ERROR: AddressSanitizer:? +(?P<headline>.*)")

_BAD_ACCESS = {
    "heap-use-after-free": "used memory after it was freed",
    "heap-buffer-overflow": "went outside a block of memory",
    "stack-buffer-overflow": "went outside a local variable",
    "stack-buffer-underflow": "went outside a local variable",
    "dynamic-stack-buffer-overflow": "went outside a local array",
    "global-buffer-overflow": "went outside a global variable",
    "stack-use-after-return": "used a local variable after its function had returned",
    "stack-use-after-scope": "used a local variable after its block had ended",
    "use-after-poison": "used memory that is not to be used now",
}

_SIGNALS = {
    "FPE": "divided a whole number by zero",
    "ILL": "ran into an instruction that is none",
    "BUS": "used a misaligned address, or one past the end of a mapped file",
    "TRAP": "stopped at a trap",
}


def _read_asan(match: re.Match, text: str, code: _Code) -> Report:
    headline = match["headline"]
    word = headline.split(" ", 1)[0].rstrip(":")
    if word == "attempting":
        word = "double-free" if "double-free" in headline else "bad-free"
    if word == "requested":
        word = "allocation-size-too-big"
    frames = code.stack(text)
    freed = code.own(code.stack(text, r"^freed by thread .*$"))
    allocated = code.own(code.stack(text, r"^(?:previously )?allocated by thread .*$"))
    frame = code.own(frames)
    if freed and code.library(frames):
        frame = freed  # the library only did as it was told: the free() came too early
    sentence = _asan_sentence(word, text, frames, allocated, freed, code)
    return Report(word, sentence, frame or freed or allocated, frames, allocated, freed)


def _asan_sentence(
    kind: str,
    text: str,
    frames: list[Frame],
    allocated: Frame | None,
    freed: Frame | None,
    code: _Code,
) -> str:
    where, here = code.where(frames), code.own(frames)
    freed_too = _then("freed", freed, here)
    allocated_too = _then("allocated", allocated, here)
    if kind in _BAD_ACCESS:
        after = freed_too or allocated_too
        return (
            f"the program {_BAD_ACCESS[kind]}: {_access(text)}{where}"
            f"{_outside(text)}{after}"
        )
    if kind == "double-free":
        return f"the program freed the same memory twice: again{where}, first freed" + (
            freed_too.replace(", freed", "", 1) or " elsewhere"
        )
    if kind == "bad-free":
        return f"the program freed memory that malloc() did not give{where}"
    if kind == "alloc-dealloc-mismatch":
        return (
            "the program freed memory with the wrong function for how it was "
            f"allocated{where}{allocated_too}"
        )
    if kind == "negative-size-param":
        size = re.search(r"size=(-\d+)", text)
        return (
            f"the program asked for {size[1] if size else 'fewer than 0'} bytes"
            f" to be copied or set{where}"
        )
    if kind.endswith("-param-overlap"):
        return f"the program copied between overlapping memory{where}: use memmove()"
    if kind in ("allocation-size-too-big", "calloc-overflow", "out-of-memory"):
        return f"the program asked for far more memory than there is{where}"
    if kind == "stack-overflow":
        return f"the stack is full: a function calls itself without an end{where}"
    if kind == "ABRT":
        return f"the program stopped itself with abort(){where}"
    if kind == "SEGV":
        return _segv_sentence(text, where, freed_too)
    return f"the program {_SIGNALS.get(kind, f'made a memory mistake ({kind})')}{where}"


def _segv_sentence(text: str, where: str, freed_too: str) -> str:
    if "pc points to the zero page" in text:
        # The call leaves no trace of its caller: the first frame known is the one below.
        where = where.replace(" in ", ", somewhere under ", 1)
        return (
            f"a function pointer that is NULL was called{where}: a callback never "
            "set, or one in a handle or request whose memory was freed too early"
        )
    done = {"READ": "read", "WRITE": "write"}.get(
        "".join(re.findall(r"caused by a (READ|WRITE)", text)[:1]), "access"
    )
    if "points to the zero page" in text:
        return f"the program followed a NULL pointer: {done}{where}"
    return (
        "the program followed a pointer that points to no memory, never set or "
        f"already freed: {done}{where}{freed_too}"
    )


def _access(text: str) -> str:
    match = re.search(r"^(READ|WRITE) of size (\d+)", text, re.MULTILINE)
    if not match:
        return "an access"
    return f"{match[1].lower()} of {_count(int(match[2]), 'byte')}"


def _outside(text: str) -> str:
    """Which variable or how big a block was left, and on which side."""
    block = re.search(
        r"located \d+ bytes? (to the right of|to the left of|after|before|"
        r"inside of) (\d+)-byte region",
        text,
    )
    if block and block[1] == "inside of":
        return ""
    if block:
        side = "before" if block[1] in ("to the left of", "before") else "past the end of"
        return f", {side} a block of {_count(int(block[2]), 'byte')}"
    # Optimised, clang calls it 'name.i' or 'name.sroa.0'.
    local = re.search(r"'(\w+)[^']*'(?: \(line \d+\))? <== Memory access", text)
    if local:
        return f", variable '{local[1]}'"
    # Two globals are near: the one that was left at its end is the likelier.
    for side in ("to the right of|after|inside of", "to the left of|before"):
        other = re.search(rf"located \d+ bytes? (?:{side}) global variable '(.+?)'", text)
        if other:
            return f", variable '{other[1]}'"
    return ""


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")


# --- LeakSanitizer -------------------------------------------------------------------

_LSAN = re.compile(r"ERROR: LeakSanitizer: detected memory leaks")
_LSAN_REFUSED = re.compile(
    r"LeakSanitizer (?:has encountered a fatal error|" r"does not work under ptrace)"
)
_LEAK = re.compile(
    r"^(Direct|Indirect) leak of (\d+) byte\(s\) in \d+ object\(s\).*$", re.MULTILINE
)
_PLACES = 3  # as many places as one sentence can name


def _read_leaks(match: re.Match, text: str, code: _Code) -> Report:
    total, direct, indirect, stacks = 0, {}, {}, {}
    for leak in _LEAK.finditer(text):
        total += int(leak[2])
        frames = code.stack(text[leak.end() :])
        place = code.own(frames)
        # What only a leaked block points to goes with it: named if nothing else is.
        sums = direct if leak[1] == "Direct" else indirect
        sums[place] = sums.get(place, 0) + int(leak[2])
        stacks.setdefault(place, frames)
    sums = direct or indirect
    places = sorted(sums, key=lambda place: (place is None, -sums[place]))
    named = [
        f"{_count(sums[place], 'byte')} allocated in {place or 'a library'}"
        for place in places[:_PLACES]
    ]
    if len(places) > _PLACES:
        named.append(f"and in {_count(len(places) - _PLACES, 'more place')}")
    if len(places) == 1 and sums[places[0]] == total:
        named = [f"allocated in {places[0] or 'a library'}"]
    sentence = f"the program ended without freeing {_count(total, 'byte')}: " + ", ".join(
        named
    )
    first = places[0] if places else None
    return Report("leak", sentence, first, stacks.get(first, []), allocated=first)


def _read_leaks_refused(match: re.Match, text: str, code: _Code) -> Report:
    return Report(
        "leak-check-refused",
        "leak checking cannot run here: the program is "
        "under a debugger, or in a container that forbids ptrace",
    )


# --- UndefinedBehaviorSanitizer ------------------------------------------------------

_UBSAN = re.compile(
    r"^(?P<file>[^\n:]+):(?P<line>\d+)(?::\d+)?: runtime error: " r"(?P<message>.*)$",
    re.MULTILINE,
)

# (what UBSan says, the report's kind, what we say; \1 are the pattern's groups)
_UNDEFINED = [
    (
        r"signed integer overflow: (.*) cannot be represented in type (.*)",
        "signed-overflow",
        r"a signed number overflowed: \1 does not fit in \2",
    ),
    (
        r"negation of (.*) cannot be represented in type ('[^']*').*",
        "signed-overflow",
        r"a signed number overflowed: minus \1 does not fit in \2",
    ),
    (
        r"member access within null pointer of type (.*)",
        "null-pointer",
        r"the program followed a NULL pointer to \1",
    ),
    (
        r"(?:load of|store to|reference binding to) null pointer of type (.*)",
        "null-pointer",
        r"the program followed a NULL pointer to \1",
    ),
    (
        r"null pointer passed as argument (\d+), .*",
        "null-argument",
        r"NULL was passed as argument \1 to a function that does not take it",
    ),
    (
        r"applying (?:non-)?zero offset.* null pointer.*",
        "null-pointer",
        r"the program counted on from a NULL pointer",
    ),
    (
        r"shift exponent (.*) is too large for (\d+)-bit type (.*)",
        "shift",
        r"a shift by \1 places is too far for \3, which has \2 bits",
    ),
    (
        r"shift exponent (.*) is negative",
        "shift",
        r"a shift by a negative number of places: \1",
    ),
    (
        r"left shift of (.*) by (.*) places cannot be represented in type (.*)",
        "shift",
        r"\1 shifted left by \2 places does not fit in \3",
    ),
    (
        r"left shift of negative value (.*)",
        "shift",
        r"the negative number \1 was shifted",
    ),
    (
        r"(?:load of|store to|member access within|reference binding to) misaligned address "
        r"\S+ for type (.*), which requires (\d+) byte alignment",
        "misaligned",
        r"a pointer to \1 holds an address that is not a multiple of \2",
    ),
    (
        r"index (.*) out of bounds for type (.*)",
        "out-of-bounds",
        r"index \1 is outside an array \2",
    ),
    (
        r"load of value (.*), which is not a valid value for type (.*)",
        "invalid-value",
        r"\2 holds \1, which it cannot: never set, or overwritten",
    ),
    (r"division by zero", "division-by-zero", r"division by zero"),
    (
        r"(?:load of|store to|member access within) address \S+ with insufficient space "
        r"for an object of type (.*)",
        "out-of-bounds",
        r"there is not enough memory here for \1",
    ),
    (
        r"variable length array bound evaluates to non-positive value (.*)",
        "array-size",
        r"an array was given the size \1",
    ),
    (
        r"(.*) is outside the range of representable values of type (.*)",
        "float-overflow",
        r"\1 does not fit in \2",
    ),
    (
        r"pointer index expression with base .* overflowed .*",
        "pointer-overflow",
        r"a pointer was moved so far that it wrapped around",
    ),
]


def _read_ubsan(match: re.Match, text: str, code: _Code) -> Report:
    message = match["message"].strip()
    kind, said = "undefined-behaviour", f"undefined behaviour: {message}"
    for pattern, name, template in _UNDEFINED:
        known = re.fullmatch(pattern, message)
        if known:
            kind, said = name, known.expand(template)
            said = said.replace("'_Bool'", "'bool'").replace(" [", "[")
            break
    frames = code.stack(text.partition("\n")[2])
    at = Frame("", code.relative(match["file"]), int(match["line"]))
    # Without a stack, and for inlined code, the headline's own place is what there is.
    if not any((f.file, f.line) == (at.file, at.line) for f in frames):
        frames = [at] + frames
    frame = code.own(frames)
    where = code.where(frames)
    return Report(kind, said + ("," + where if where else ""), frame, frames)


# --- Assertions and aborts -----------------------------------------------------------

_ASSERT = re.compile(  # glibc's words, then macOS's
    r"^(?:.*: )?(?P<file>[^\s:]+):(?P<line>\d+): (?:(?P<function>[^:]+): )?"
    r"Assertion [`'](?P<claim>.*)' failed\."
    r"|^Assertion failed: \((?P<claim2>.*)\), function (?P<function2>\w+), "
    r"file (?P<file2>.*), line (?P<line2>\d+)\.",
    re.MULTILINE,
)

# libuv's assertions that learners meet: (function, claim, what we say).
_LIBUV = [
    (
        r"uv_close",
        r"!uv__is_closing\(handle\)",
        "uv_close() was called twice on the same handle",
    ),
    (
        r"uv_close",
        r"0",
        "uv_close() was called on something that is no handle: never initialised, or its "
        "memory was freed",
    ),
    (
        r"uv__finish_close",
        r".*",
        "a handle's memory was freed or overwritten after uv_close() but before its close "
        "callback ran",
    ),
    (
        r"uv__write\w*",
        r"req->handle == stream",
        "a write request's memory was freed or used again before its callback ran",
    ),
    (
        r"\w+",
        r".*uv__has_active_reqs.*",
        "a request completed that was never started, or whose memory was freed",
    ),
    (r"\w+", r"nbufs > 0", "uv_write() was given nothing to write"),
    (
        r"uv__check_before_write|uv_write2?|uv_shutdown|uv_read_\w+",
        r".*->type == UV_.*",
        "a stream was expected, and this handle is not one",
    ),
    (
        r"\w+",
        r"!uv__is_closing\(handle\)|!\(\w+->flags & UV_HANDLE_CLOSING\)",
        r"a handle was used after uv_close()",
    ),
]


def _read_assertion(match: re.Match, text: str, code: _Code) -> Report:
    file, line = match["file"] or match["file2"], match["line"] or match["line2"]
    function = match["function"] or match["function2"] or ""
    function = function.partition("(")[0].rpartition(" ")[2]  # clang gives "void f(int)"
    claim = match["claim"] or match["claim2"]
    frames = code.stack(text)  # ASan's, if it handles SIGABRT
    at = Frame(function, code.relative(file), int(line))
    if re.match(r"uv_", function) and not code.owns(at):
        said = next(
            (
                words
                for who, what, words in _LIBUV
                if re.fullmatch(who, function) and re.fullmatch(what, claim)
            ),
            f"libuv stopped the program: {function}() expected {claim}",
        )
        frame = code.own(frames)
        called = f", called by {frame}" if frame else ""
        return Report("libuv-assertion", f"{said}{called}", frame, frames or [at])
    frames = frames or [at]
    said = f"an assertion failed: {claim}, in {at}"
    return Report("assertion", said, code.own(frames), frames)


_GLIBC = re.compile(
    r"^(?P<words>free\(\): [a-z].*|double free or corruption.*|munmap_chunk\(\): .*|"
    r"realloc\(\): [a-z].*|malloc\(\): [a-z].*|corrupted size vs\. prev_size.*|"
    r"malloc_consolidate\(\): .*|\*\*\* (?:stack smashing|buffer overflow) detected.*)$",
    re.MULTILINE,
)


def _read_glibc(match: re.Match, text: str, code: _Code) -> Report:
    words = match["words"]
    if "double free" in words:
        kind, said = "double-free", "the program freed the same memory twice"
    elif "invalid pointer" in words:
        kind, said = "bad-free", "the program freed memory that malloc() did not give"
    elif "stack smashing" in words or "buffer overflow" in words:
        kind, said = "stack-buffer-overflow", "the program wrote past a local variable"
    else:
        kind, said = "heap-corruption", "the program wrote outside a block of memory"
    frames = code.stack(text)
    return Report(
        kind,
        f"{said}{code.where(frames)} (glibc: {words.strip('* ')})",
        code.own(frames),
        frames,
    )


# --- The handle guard ----------------------------------------------------------------

_GUARD = re.compile(
    r"^==ERROR: HandleGuard: (?P<state>open|closing) (?P<type>\w+)$", re.MULTILINE
)


def _read_guard(match: re.Match, text: str, code: _Code) -> Report:
    frames = code.stack(text)
    frame = code.own(frames)
    where = f" in {frame}" if frame else ""
    early = "before its close callback ran: free it in that callback"
    if match["state"] == "open":
        early = "without uv_close(): close it, and free it in the close callback"
    sentence = f"the memory of a {match['type']} handle was freed{where} {early}"
    return Report("handle-freed", sentence, frame, frames, freed=frame)


_READERS = [
    (_GUARD, _read_guard),
    (_ASAN, _read_asan),
    (_LSAN, _read_leaks),
    (_LSAN_REFUSED, _read_leaks_refused),
    (_UBSAN, _read_ubsan),
    (_ASSERT, _read_assertion),
    (_GLIBC, _read_glibc),
]
