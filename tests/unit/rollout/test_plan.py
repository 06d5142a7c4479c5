"""rollout.toml: strictly read; whatever is in it, there is a plan or there are findings that say what is wrong, and where."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from switchover.contract import Document, Operation, OperationReader
from switchover.errors import PlanError
from switchover.rollout import Rollout, RolloutState, Share
from switchover.rollout.plan import Cohort, PlanFinding, RolloutPlan, Stage, Wave, load, notes, parse
from switchover.telemetry.objectives.units import Duration

CONTRACT = b"""
openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /trips:
    get: {operationId: listTrips, responses: {'204': {description: d}}}
    post: {operationId: createTrip, responses: {'204': {description: d}}}
  /trips/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: getTrip, responses: {'204': {description: d}}}
  /health:
    get: {operationId: getHealth, responses: {'204': {description: d}}}
"""
OPERATIONS = [one for one, _ in OperationReader(Document.read("c.yaml", lambda _: CONTRACT)).read()]

PLAN = """\
stages = ["0.01%", "100%"]
bake = "1h"

[[waves]]
name = "first"
operations = ["getHealth"]
stages = ["50%", "75.5%", "100%"]
bake = ["1m", "5m", "2d"]

[[waves]]
name = "reads"
operations = ["listTrips", "getTrip"]

[[waves]]
name = "writes"
operations = ["createTrip"]
bake = "2h"

[cohorts.trips]
operations = ["listTrips", "getTrip", "createTrip"]
salt = "trips of autumn"

[users]
staff = "in"
"big customers" = "out"
beta = "25%"

[overrides]
users = ["staff"]
"""


def findings(text: str, operations: list[Operation] | None = OPERATIONS) -> list[str]:
    with pytest.raises(PlanError) as caught:
        parse(text.encode(), "rollout.toml", operations)
    return [str(item) for item in caught.value.items]


def stage(share: str, bake: str) -> Stage:
    return Stage(Share.parse(share), Duration.parse(bake))


def test_everything_may_be_set() -> None:
    assert parse(PLAN.encode(), operations=OPERATIONS) == RolloutPlan(
        waves=(
            Wave(
                name="first",
                operations=("getHealth",),
                stages=(stage("50", "1m"), stage("75.5", "5m"), stage("100", "2d")),
            ),
            Wave(
                name="reads",
                operations=("listTrips", "getTrip"),
                stages=(stage("0.01", "1h"), stage("100", "1h")),
            ),
            Wave(name="writes", operations=("createTrip",), stages=(stage("0.01", "2h"), stage("100", "2h"))),
        ),
        cohorts=(Cohort(name="trips", operations=("listTrips", "getTrip", "createTrip"), salt="trips of autumn"),),
        users={"staff": Share(10_000), "big customers": Share(0), "beta": Share(2500)},
        overrides=frozenset({"staff"}),
    )


def test_a_wave_is_enough() -> None:
    plan = parse(b'[[waves]]\nname = "all"\noperations = ["getTrip"]\n')
    assert [(str(one.share), str(one.bake)) for one in plan.stages_of("getTrip")] == [
        ("1 %", "10m"),
        ("10 %", "10m"),
        ("50 %", "10m"),
        ("100 %", "10m"),
    ]
    assert plan.overrides == frozenset()
    assert plan.users == {}


def test_a_plan_is_asked_by_operation() -> None:
    plan = parse(PLAN.encode(), operations=OPERATIONS)
    assert plan.operations == ("getHealth", "listTrips", "getTrip", "createTrip")
    assert plan.wave_of("getTrip").name == "reads"
    assert plan.stages_of("createTrip") == plan.wave_of("createTrip").stages
    assert plan.group_of("getTrip") is plan.group_of("createTrip")
    assert plan.group_of("getTrip").salt == "trips of autumn"
    assert plan.group_of("getHealth") == Cohort(name="getHealth", operations=("getHealth",), salt="getHealth")
    for ask in (plan.wave_of, plan.stages_of, plan.group_of):
        with pytest.raises(LookupError, match="getTrp is not planned"):
            ask("getTrp")


def test_the_digest_is_of_what_is_meant() -> None:
    digest = parse(PLAN.encode()).digest
    assert digest.startswith("sha256:")
    assert len(digest) == 71
    same = (
        ("# a comment\n" + PLAN),
        PLAN.replace('["listTrips", "getTrip"]', '["getTrip", "listTrips"]'),
        PLAN.replace('bake = "2h"', 'bake = ["120m", "2h"]'),
        PLAN.replace('salt = "trips of autumn"', 'salt = "trips of autumn"\ntogether = false'),
        PLAN.replace('beta = "25%"', 'beta = "25.00 %"'),
    )
    assert {parse(text.encode()).digest for text in same} == {digest}
    others = (
        PLAN.replace("0.01%", "0.02%"),
        PLAN.replace('"2h"', '"3h"'),
        PLAN.replace("autumn", "spring"),
        PLAN.replace('staff = "in"', 'staff = "out"'),
        PLAN.replace('staff = "in"\n', "").replace('beta = "25%"', 'beta = "25%"\nstaff = "in"'),
        PLAN.replace('users = ["staff"]', "users = []"),
        PLAN.replace('name = "reads"', 'name = "looks"'),
    )
    assert len({parse(text.encode()).digest for text in others} | {digest}) == len(others) + 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('bake = "1h"', "bake = 60", 'line 2: bake: 60 has no unit; write a text in quotes, such as "10m"'),
        ('bake = "1h"', 'bake = "31d"', 'line 2: bake: "31d" is out of range; it has to be from 1s to 30d'),
        ('bake = "1h"', 'bake = "999ms"', 'line 2: bake: "999ms" is out of range; it has to be from 1s to 30d'),
        ('bake = "1h"', 'bake = "soon"', 'line 2: bake: "soon" is no duration; write a whole number and a unit'),
        ('"100%"]\nbake = "1h"', '"100%"]\nbakes = "1h"', "line 2: bakes: is not known; did you mean bake?"),
        ('["0.01%", "100%"]', '"all"', 'line 1: stages: "all" is no list; write ["1%", "10%", "50%", "100%"]'),
        ('["0.01%", "100%"]', "[]", "line 1: stages: […] is empty; a wave has at least one stage"),
        ('["0.01%", "100%"]', '["0%", "1%"]', "line 1: stages: […] begins with 0 %"),
        ('["0.01%", "100%"]', '["2%", "2%"]', "line 1: stages: […] goes from 2 % to 2 %; each stage is larger"),
        ('["0.01%", "100%"]', '["0.001%"]', 'line 1: stages: […] has "0.001%", which is no share'),
        ('["0.01%", "100%"]', '["101%"]', 'line 1: stages: […] has "101%", which is no share'),
        ('["0.01%", "100%"]', "[1]", "line 1: stages: […] has 1, which has no unit"),
        ('name = "first"', 'name = ""', 'line 5: waves.0.name: "" is no name'),
        ('name = "first"', "name = 1", "line 5: waves.0.name: 1 is no name"),
        ('name = "first"\n', "", 'line 4: waves.0.name: is missing; write name = "reads"'),
        ('name = "reads"', 'name = "first"', "line 11: waves.first.name: first is the name of another wave as well"),
        ('operations = ["getHealth"]', "operations = []", "line 6: waves.first.operations: […] is empty"),
        ('operations = ["getHealth"]\n', "", "line 4: waves.first.operations: is missing; write operations ="),
        ('["getHealth"]', '["getHealth", "getHealth"]', "line 6: waves.first.operations: […] names getHealth twice"),
        ('["getHealth"]', "[7]", "line 6: waves.first.operations: […] has 7, which is no text"),
        ('["getHealth"]', '[""]', 'line 6: waves.first.operations: […] has "", which is no text'),
        ('["1m", "5m", "2d"]', '["1m", "5m"]', "line 8: waves.first.bake: has 2 durations for 3 stages"),
        ('["1m", "5m", "2d"]', "[]", "line 8: waves.first.bake: […] is empty; write one duration"),
        ('["1m", "5m", "2d"]', '["1m", 5, "2d"]', "line 8: waves.first.bake: […] has 5, which has no unit"),
        (
            'stages = ["50%", "75.5%", "100%"]',
            'stage = ["50%"]',
            "line 7: waves.first.stage: is not known; did you mean stages?",
        ),
        ("[cohorts.trips]", "[cohorts.'big trips']", 'line 19: cohorts."big trips": "big trips" is no name'),
        ("[cohorts.trips]", "[cohorts.getTrip]", "line 19: cohorts.getTrip: is the name of an operation"),
        ('salt = "trips of autumn"', 'salt = ""', 'line 21: cohorts.trips.salt: "" is no text'),
        (
            'salt = "trips of autumn"',
            'together = "yes"',
            'line 21: cohorts.trips.together: "yes" is neither true nor false',
        ),
        (
            'salt = "trips of autumn"',
            "together = true",
            "line 21: cohorts.trips.together: its operations are in the waves reads and writes",
        ),
        ('salt = "trips of autumn"', "salty = 1", "line 21: cohorts.trips.salty: is not known; did you mean salt?"),
        ('operations = ["listTrips", "getTrip", "createTrip"]\n', "", "line 19: cohorts.trips.operations: is missing"),
        (
            'staff = "in"',
            'staff = "yes"',
            'line 24: users.staff: "yes" is no way to treat a user group; write "in", "out" or',
        ),
        ('staff = "in"', "staff = true", "line 24: users.staff: true is no way to treat a user group"),
        ('staff = "in"', '"" = "in"', 'line 24: users."": is no name of a user group'),
        ('users = ["staff"]', 'users = "staff"', 'line 29: overrides.users: "staff" is no list'),
        ('users = ["staff"]', "groups = []", "line 29: overrides.groups: is not known; there are users"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(old: str, new: str, said: str) -> None:
    assert PLAN.count(old) == 1
    assert any(one.startswith(said) for one in findings(PLAN.replace(old, new)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", 'waves: there is no list of tables, but nothing; write [[waves]] and below it, say, name = "reads"'),
        ("waves = []", "line 1: waves: there is no list of tables, but what there is; write [[waves]]"),
        ("waves = [1]", "line 1: waves: there is no list of tables, but what there is"),
        ('[waves]\nname = "a"', "line 1: waves: there is no list of tables"),
        ("users = 1", "line 1: users: 1 is no table; write [users]"),
        ("overrides = []", "line 1: overrides: […] is no table; write [overrides]"),
        ("cohorts = 1", "line 1: cohorts: 1 is no table; write [cohorts.trips]"),
        ("[cohorts]\ntrips = 1", "line 2: cohorts.trips: 1 is no table; write [cohorts.trips]"),
        ("a = \n\nb", "line 1: Invalid value (at line 1, column 5)"),
        ("a = 1\nb", "line 2: Expected '=' after a key in a key/value pair (at end of document)"),
        ("a = 1\na = 2\n", "line 2: Cannot overwrite a value (at line 2, column 6)"),
        ("a = 1" + "0" * 5000, "Exceeds the limit"),
        ("a = " + "[" * 10_000, "values are nested too deeply"),
        ("#" * (1 << 20) + "#", "it has 1048577 bytes; a plan fits into 1048576"),
    ],
)
def test_a_file_that_is_no_plan_is_told(text: str, said: str) -> None:
    assert any(said in one for one in findings(text))


def test_bytes_that_are_no_text_are_told() -> None:
    with pytest.raises(PlanError, match=r"rollout.toml is no TOML\n  - line 2: byte 8 is no UTF-8"):
        parse(b"a = '1'\n\xff")


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_the_file() -> None:
    text = PLAN.replace('bake = "1h"', "bake = 1").replace('name = "reads"', "name = 2").replace('"in"', '"on"')
    told = findings(text)
    assert [one.split(":")[0] for one in told] == ["line 2", "line 11", "line 24"]


def test_an_operation_that_the_contract_does_not_have_is_told_with_the_one_meant() -> None:
    told = findings(PLAN.replace('["listTrips", "getTrip"]', '[\n    "listTrips",\n    "getTrp",\n]'))
    assert "line 14: waves.reads.operations: getTrp is not an operation of the contract; did you mean getTrip?" in told
    assert "waves: getTrip is in no wave; add it to the operations of one" in told
    assert "line 23: cohorts.trips.operations: getTrip is in no wave; add it to one" in told
    told = findings(PLAN.replace('["getHealth"]', '["getHealth", "xyz"]'))
    assert "xyz is not an operation of the contract; there are createTrip, getHealth, getTrip, listTrips" in told[0]


def test_operations_are_not_judged_where_the_contract_is_unknown() -> None:
    assert parse(PLAN.replace("getHealth", "anything").encode()).operations[0] == "anything"


def test_an_operation_is_in_one_wave_and_one_cohort() -> None:
    told = findings(PLAN.replace('["createTrip"]', '["createTrip", "getTrip"]'))
    assert told == ["line 16: waves.writes.operations: getTrip is in the wave reads already; an operation is in one"]
    told = findings(PLAN + '[cohorts.more]\noperations = ["getTrip", "getHealth"]\n')
    assert told == ["line 31: cohorts.more.operations: getTrip is in the cohort trips already; an operation is in one"]


def test_writes_do_not_go_before_the_reads_of_their_cohort() -> None:
    swapped = (
        PLAN.replace('["listTrips", "getTrip"]', "@")
        .replace('["createTrip"]', '["getTrip"]')
        .replace("@", '["createTrip", "listTrips"]')
    )
    (told,) = findings(swapped)
    assert told.startswith(
        "line 12: waves.reads.operations: createTrip changes what getTrip reads, which is in a later wave, so that users would write"
    )
    assert parse(swapped.encode()).operations  # without the contract, nobody knows what is a write


def test_reads_that_go_first_are_noted_and_what_is_together_is_not() -> None:
    (note,) = notes(parse(PLAN.encode()), OPERATIONS)
    assert note.startswith(
        "cohorts.trips: reads go over HTTP before writes do, so both sides have to see each other's writes at once"
    )
    together = (
        '[[waves]]\nname = "all"\noperations = ["getHealth", "getTrip", "listTrips", "createTrip"]\n'
        '[cohorts.trips]\noperations = ["getTrip", "listTrips", "createTrip"]\ntogether = true\n'
        '[cohorts.health]\noperations = ["getHealth"]\n'
    )
    plan = parse(together.encode(), operations=OPERATIONS)
    assert plan.group_of("getTrip").is_together
    assert list(notes(plan, OPERATIONS)) == []


def test_inline_tables_are_read_and_told_without_a_line() -> None:
    text = (
        'waves = [{name = "all", operations = ["getTrip"]}]\ncohorts = {trips = {operations = ["getTrip"], salt = 1}}'
    )
    assert findings(text, None) == [
        "line 2: cohorts.trips.salt: 1 is no text; write one in quotes, with at least one character"
    ]


def test_keys_may_be_quoted_and_dotted() -> None:
    text = "'users'.\"staff\" = 1\n" + '[[ "waves" ]]\nname = "all"\noperations = ["a"]'
    assert findings(text, None)[0].startswith("line 1: users.staff: 1 is no way")


def test_a_finding_says_where() -> None:
    assert str(PlanFinding(3, "bake", "is odd")) == "line 3: bake: is odd"
    assert str(PlanFinding(0, "", "is odd")) == "is odd"


def test_a_file_is_loaded_and_one_that_is_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "rollout.toml"
    with pytest.raises(PlanError, match=r"rollout.toml cannot be read\n  - No such file or directory"):
        load(path)
    path.write_text(PLAN)
    assert load(path, OPERATIONS) == parse(PLAN.encode())


@given(st.text() | st.sampled_from([PLAN[start:end] for start in range(0, 200, 7) for end in (220, 400, 600)]))
@example("[[waves]]")
@example("[[waves]]\nname = 'a'\noperations = ['b']\n[[waves]]\n")
def test_whatever_is_in_it_there_is_a_plan_or_there_are_findings(text: str) -> None:
    try:
        plan = parse(text.encode("utf-8", "surrogatepass"), operations=OPERATIONS)
    except PlanError as error:
        assert error.items
        for item in error.items:
            assert isinstance(item, PlanFinding)
            assert 0 <= item.line <= len(text.splitlines()) + 1
    else:
        assert plan.waves


def test_what_a_plan_says_of_an_operation_is_what_is_decided_by() -> None:
    plan = parse(PLAN.encode(), operations=OPERATIONS)
    rules = plan.rules()
    assert tuple(rules.operations) == plan.operations
    for operation in plan.operations:
        found = rules.of(operation)
        cohort = plan.group_of(operation)
        assert (found.cohort, found.salt) == (cohort.name, cohort.salt)
        assert (found.groups, found.overriding) == (plan.users, plan.overrides)
    assert rules.of("getTrip").salt == "trips of autumn"
    assert rules.of("getHealth").cohort == "getHealth"


def test_an_operation_that_is_not_planned_is_a_cohort_of_its_own_and_treats_nobody_differently() -> None:
    found = parse(PLAN.encode(), operations=OPERATIONS).rules().of("deleteTrip")
    assert (found.cohort, found.salt, found.groups, found.overriding) == ("deleteTrip", "deleteTrip", {}, frozenset())


def test_the_cohorts_of_a_plan_have_the_same_users_and_its_groups_are_in_from_the_first_stage_on() -> None:
    plan = parse(PLAN.encode(), operations=OPERATIONS)
    state = RolloutState(shares=dict.fromkeys(plan.operations, Share(5_000)))
    rollout = Rollout(plan.rules(), state=state)
    users = [f"user-{number}" for number in range(200)]
    sides = {name: [rollout.explain(name, user).side for user in users] for name in plan.operations}
    assert sides["getTrip"] == sides["createTrip"] == sides["listTrips"] != sides["getHealth"]
    assert rollout.explain("getTrip", "aiko", ["staff"]).reason == "group"
    assert Rollout(plan.rules(), state=RolloutState()).explain("getTrip", "aiko", ["staff"]).reason == "none"
