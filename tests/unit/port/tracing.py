"""What a service that takes part in a trace has to do with the headers of a request: W3C Trace Context, level 2, row by row.

Every behaviour that the recommendation's own test suite asks of a service is here, with data of this project's own.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, field

TRACE, SPAN = "7a5c1e0d93f84b26a1d05e7c48b3f962", "c81d4e2ea5f90b37"
HERE = f"00-{TRACE}-{SPAN}-01"
KEYS = string.ascii_lowercase + string.digits + "_-*/@"
VALUE = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in ",=")
MEMBERS = [f"m{number}=v{number}" for number in range(32)]

Header = tuple[str, str]


@dataclass(frozen=True)
class Case:
    """A request and what comes of it.

    Attributes:
        says: what is shown, for people.
        headers: of the request, in order.
        is_kept: does the trace go on? If not, a new one begins.
        state: the `tracestate` that is passed on; "" for none.
        flags: of the position that is passed on, if the trace goes on.
    """

    says: str
    headers: list[Header] = field(default_factory=list)
    is_kept: bool = False
    state: str = ""
    flags: str = "01"


def _parent(says: str, *values: str, is_kept: bool = False, flags: str = "01") -> Case:
    return Case(says, [("traceparent", value) for value in values], is_kept, flags=flags)


def _state(says: str, *lines: str, passed_on: str = "") -> Case:
    return Case(says, [("traceparent", HERE), *(("tracestate", line) for line in lines)], is_kept=True, state=passed_on)


PARENTS = [
    Case("nothing at all"),
    _parent("a position", HERE, is_kept=True),
    _parent("a position that nobody recorded", HERE[:-2] + "00", is_kept=True, flags="00"),
    _parent("two different positions", HERE, f"00-{TRACE[::-1]}-{SPAN}-01"),
    _parent("one position twice", HERE, HERE),
    _parent("two positions in one line", f"{HERE}, {HERE}"),
    *(Case(f"a header named {name}", [(name, HERE)]) for name in ("trace-parent", "trace.parent", "x-traceparent", "trace_parent")),
    *(Case(f"a header spelled {name}", [(name, HERE)], is_kept=True) for name in ("Traceparent", "TRACEPARENT", "tRaCePaReNt")),
    *(_parent(f"{more!r} after what this version has", HERE + more) for more in ("-", ".", "-and-so-on", "0", "-00")),
    *(_parent(f"version {version}", f"{version}{HERE[2:]}", is_kept=True) for version in ("01", "7f", "cc", "fe")),
    _parent("a later version with more", f"cc{HERE[2:]}-and-so-on", is_kept=True),
    _parent("a later version with nothing more", f"cc{HERE[2:]}-", is_kept=True),
    _parent("a later version with something else than more", f"cc{HERE[2:]}.and-so-on"),
    _parent("a later version with longer flags", f"cc{HERE[2:]}1"),
    _parent("a later version that is shorter", f"cc{HERE[2:-1]}"),
    _parent("the version that is none", f"ff{HERE[2:]}"),
    *(_parent(f"version {version!r}", f"{version}{HERE[2:]}") for version in (".0", "0.", "0", "000", "0000", "", "0A", "CC", "-0")),
    *(
        _parent(f"a trace {what}", f"00-{trace}-{SPAN}-01")
        for what, trace in (
            ("of zeroes", "0" * 32), ("that starts with a dot", "." + TRACE[1:]), ("that ends with a dot", TRACE[:-1] + "."),
            ("with a digit more", TRACE + "0"), ("with a digit less", TRACE[1:]), ("in capitals", TRACE.upper()), ("that is empty", ""),
        )
    ),
    *(
        _parent(f"a parent {what}", f"00-{TRACE}-{span}-01")
        for what, span in (
            ("of zeroes", "0" * 16), ("that starts with a dot", "." + SPAN[1:]), ("that ends with a dot", SPAN[:-1] + "."),
            ("with a digit more", SPAN + "0"), ("with a digit less", SPAN[1:]), ("in capitals", SPAN.upper()), ("that is empty", ""),
        )
    ),
    *(_parent(f"flags {flags!r}", f"00-{TRACE}-{SPAN}-{flags}") for flags in (".1", "1.", "001", "1", "", "0A", "+1")),
    *(
        _parent(f"flags {flags}, of which some are known", f"00-{TRACE}-{SPAN}-{flags}", is_kept=True, flags=known)
        for flags, known in (("02", "02"), ("03", "03"), ("04", "00"), ("ff", "03"))
    ),
    *(_parent(f"{around!r} around a position", around.format(HERE), is_kept=True) for around in (" {}", "\t{}", "{} ", "{}\t", "\t {} \t")),
]  # fmt: skip

STATES = [
    Case("a state and no position", [("tracestate", "congo=1")]),
    Case("a state of two and no position", [("tracestate", "congo=1,nile=2")]),
    Case("a state beside what is no position", [("traceparent", HERE + "0"), ("tracestate", "congo=1")]),
    Case("a state beside two positions", [("traceparent", HERE), ("traceparent", HERE), ("tracestate", "congo=1")]),
    Case("a state before its position", [("tracestate", "congo=1"), ("traceparent", HERE)], is_kept=True, state="congo=1"),
    _state("a state", "congo=1,nile=2", passed_on="congo=1,nile=2"),
    *(Case(f"a header named {name}", [("traceparent", HERE), (name, "congo=1")], is_kept=True) for name in ("trace-state", "trace.state")),
    *(
        Case(f"a header spelled {name}", [("TraceParent", HERE), (name, "congo=1")], is_kept=True, state="congo=1")
        for name in ("TraceState", "TRACESTATE", "tRaCeStAtE")
    ),
    _state("an empty state", ""),
    _state("an empty line after another", "congo=1", "", passed_on="congo=1"),
    _state("an empty line before another", "", "congo=1", passed_on="congo=1"),
    _state("empty members", ",congo=1, ,\t,nile=2,", passed_on="congo=1,nile=2"),
    _state("several lines", "congo=1,nile=2", "rhine=3", "volga=4,po=5", passed_on="congo=1,nile=2,rhine=3,volga=4,po=5"),
    _state("one key twice", "congo=1,congo=1", passed_on="congo=1"),
    _state("one key with two values", "congo=1,congo=2", passed_on="congo=1"),
    _state("one key in two lines", "congo=1", "congo=1", passed_on="congo=1"),
    _state("one key in two lines with two values", "congo=1", "nile=3", "congo=2", passed_on="congo=1,nile=3"),
    _state("every character that a key and a value may have", f"{KEYS}={VALUE}", passed_on=f"{KEYS}={VALUE}"),
    _state("a key that starts with a digit", "0congo=1", passed_on="0congo=1"),
    _state("the key of a tenant", f"{KEYS[:30]}@{KEYS[:20]}=1", passed_on=f"{KEYS[:30]}@{KEYS[:20]}=1"),
    _state("white space around members", "congo=1 \t , \t nile=2,\t \tpo=3", passed_on="congo=1,nile=2,po=3"),
    *(
        _state(f"{around!r} around a member", around.format("congo=1"), passed_on="congo=1")
        for around in (" {}", "\t{}", "{} ", "{}\t", "\t {} \t")
    ),
    _state("blanks at the start of a value, which are part of it", "congo=  1", passed_on="congo=  1"),
    *(_state(f"the key {key!r}", f"{key}=1,nile=2") for key in ("congo ", "CONGO", "con.go", "@congo", "_congo", "con go", "")),
    # Level 1 had a form of its own for tenants; in level 2 an at sign is a character like any other.
    *(_state(f"the key {key}", f"{key}=1,nile=2", passed_on=f"{key}=1,nile=2") for key in ("congo@", "congo@@nile", "congo@nile@po")),
    _state("32 members in several lines", *(",".join(MEMBERS[at : at + 9]) for at in range(0, 32, 9)), passed_on=",".join(MEMBERS)),
    _state("33 members", ",".join(MEMBERS), "one=more"),
    *(
        _state(f"a key of {len(key)} characters", "nile=2", f"{key}=1", passed_on=f"nile=2,{key}=1" if len(key) <= 256 else "")
        for key in ("k" * 256, "k" * 257, "t" * 241 + "@" + "v" * 14, "t" * 242 + "@v", "t@" + "v" * 15, "t" * 242 + "@" + "v" * 14)
    ),
    *(
        _state(f"a value of {length} characters", "nile=2", f"po={'v' * length}", passed_on=f"nile=2,po={'v' * length}" if length <= 256 else "")
        for length in (256, 257)
    ),
    *(_state(f"the value {value!r}", f"congo={value},nile=2") for value in ("a=b", "", " ", "a\tb", "\xe9")),
    _state("a member without a value", "congo,nile=2"),
    _state("a state of more than 512 characters", ",".join(f"{key}={'v' * 120}" for key in "abcdef"),
           passed_on=",".join(f"{key}={'v' * 120}" for key in "abcdef")),
]  # fmt: skip

CASES = [*PARENTS, *STATES]
