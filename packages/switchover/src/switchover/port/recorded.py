"""What the bodies of in-process methods have alike: a call that is made at a position, and recorded however it ends.

Each begins on a line of its own, after one that has said what `_started` and, for a read, `_here` or, for a write, `_outside` are.
"""

from __future__ import annotations

from typing import Final

READ_HERE: Final = """
_token = _enter(_here)
try:
    _result = {await_}_target({call})
except BaseException as _error:
    _put((_next(_numbers), _failed(_error, _ok), _started, _clock(), _here, {caller}))
    raise
finally:
    _leave(_token)
_put((_next(_numbers), _ok, _started, _clock(), _here, {caller}))
return _result
"""
"""A read, whose position is worked out by whoever asks."""

ANSWERED_BELOW: Final = """
_here = _carrying_out(_outside, _lane.position(_next(_begun), _outside.trace))
_token = _enter(_here)
try:
    _result = {await_}_target({call})
except BaseException as _error:
    _put((_next(_numbers), _failed(_error, _failing(_here, _error, _ok)), _started, _clock(), _here.trace, {caller}))
    raise
finally:
    _leave(_token)
_put((_next(_numbers), _succeeding(_here, _result, _ok), _started, _clock(), _here.trace, {caller}))
return _result
"""
"""A call that may say more than its result, a write say, below what is outside of it."""
