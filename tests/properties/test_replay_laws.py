"""What was decided is decided again, bit for bit, from the log alone."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from hypothesis import assume, given
from hypothesis import strategies as st

from interlock.analysis.replay import Comparison, replay
from interlock.decisionlog.difference import Difference, Kind
from interlock.decisionlog.entry import Entry
from interlock.decisionlog.read import Logged
from interlock.decisionlog.sink import DecisionLog
from interlock.engine import Engine
from interlock.errors import RequestError
from interlock.loading.policyset import load
from interlock.units import Instant
from support.decisionlog import logged, read, written_and_read
from support.intents import all_recorded, recorded
from support.policies import write_policies
from support.reviews import call, chat, deployment, job, pod, review
from support.strategies import intents, json_values

_SHIPPED: Final = Path(__file__).parents[2] / "policies"
_FORBIDDING: Final = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: never}
spec:
  layer: agent
  description: Nothing is allowed.
  rules: [{name: nothing, forbid: "true", message: nothing is allowed}]
"""

_WORDS: Final = st.sampled_from(("good-1", "bad-1", "read", "a", "é😀", "\x7f\u2028", ""))
_OBJECTS: Final = (
    st.builds(lambda team: pod(team=team), _WORDS)
    | st.builds(lambda team: job(team=team), _WORDS)
    | st.builds(deployment, st.sampled_from((-1, 1, 10, 11, 2**62)))
)
_DOCUMENTS: Final[st.SearchStrategy[dict[str, Any]]] = (
    st.sampled_from(all_recorded()).map(recorded)
    | _OBJECTS
    | st.builds(review, _OBJECTS, operation=st.sampled_from(("CREATE", "UPDATE", "DELETE")))
    | st.builds(chat, _WORDS)
    | st.builds(lambda tool, value: call(tool, value=value), _WORDS, json_values())
    | st.builds(lambda intent: {"intent": intent}, intents())
)
_MOMENTS: Final = st.integers(0, 4_102_444_800_000).map(Instant)


@cache
def _engine(*, forbids_all: bool = False, is_shipped: bool = False) -> Engine:
    with TemporaryDirectory() as name:
        folder = write_policies(Path(name))
        if forbids_all:
            (folder / "never.yaml").write_text(_FORBIDDING, encoding="utf-8")
        return Engine(load([_SHIPPED] if is_shipped else [folder]))


def _entry(engine: Engine, document: dict[str, Any], now: Instant) -> Entry:
    """What the log has of `document`, if it can be decided."""
    try:
        return logged(engine, document, now)
    except RequestError:
        assume(condition=False)
        raise


@given(document=_DOCUMENTS, now=_MOMENTS, is_shipped=st.booleans())
def test_replay_reproduces_every_decision(document: dict[str, Any], now: Instant, *, is_shipped: bool) -> None:
    engine = _engine(is_shipped=is_shipped)
    (entry,) = written_and_read(_entry(engine, document, now))
    replayed = replay(engine, entry)
    assert replayed.is_of_same_set
    assert replayed.changes == ()
    assert replayed.now == entry.decision


@given(_DOCUMENTS, _MOMENTS)
def test_replay_shows_what_a_changed_policy_changes_and_nothing_else(
    document: dict[str, Any], now: Instant
) -> None:
    (entry,) = written_and_read(_entry(_engine(), document, now))
    replayed = replay(_engine(forbids_all=True), entry)
    assert not replayed.is_of_same_set
    assert replayed.comparison is Comparison.DIFFERS
    *turned, came = replayed.changes
    assert turned == (
        [Difference(field="decision", kind=Kind.CHANGED, was="allow", now="deny")]
        if entry.decision["decision"] == "allow"
        else []
    )
    assert (came.field, came.kind, came.now["policy"]) == ("reasons", Kind.CAME, "never")


@given(st.lists(st.tuples(_DOCUMENTS, _MOMENTS), max_size=4))
def test_a_log_file_keeps_every_decision_in_order(asked: list[tuple[dict[str, Any], Instant]]) -> None:
    entries = [_entry(_engine(), document, now) for document, now in asked]
    with TemporaryDirectory() as name:
        path = Path(name) / "log"
        for entry in entries:
            with DecisionLog(path) as log:
                log.append(entry)
        found = read(path.read_bytes()) if entries else []
    assert [each.entry for each in found if isinstance(each, Logged)] == entries
