"""The catalogue of the project, and what a catalogue's file must hold."""

from pathlib import Path

import pytest
import yaml

from waspada.action import Mode, Purpose, check_links, read_catalogue
from waspada.errors import CatalogueError
from waspada.instrument.model import Evidence, Instrument, Item, Node, Polarity, Text
from waspada.watch import CATALOGUE_STAGES

CATALOGUE = Path(__file__).parents[3] / "catalogues" / "mitigation.yaml"


@pytest.fixture(scope="module")
def catalogue():
    return read_catalogue(CATALOGUE)


# --- The catalogue of the project --------------------------------------------------------------


def test_catalogue_holds_57_factors_and_171_actions(catalogue):
    assert len(catalogue.factors) == 57
    assert len(catalogue.actions) == 171
    assert len(catalogue.action_by_id) == 171


def test_every_factor_has_an_action_of_prevention(catalogue):
    for factor in catalogue.factors:
        assert {action.factor for action in factor.actions} == {factor.code}
        assert any(action.purpose is Purpose.PREVENTION for action in factor.actions)


def test_catalogue_has_the_twelve_stages_that_calendars_map_to(catalogue):
    assert tuple(stage.code for stage in catalogue.stages) == CATALOGUE_STAGES


def test_catalogue_is_a_draft_until_the_bodies_endorse_it(catalogue):
    assert catalogue.status == "draft"


@pytest.mark.parametrize(
    ("body", "mode"),
    [
        ("kesbangpol", Mode.ASSIGN),
        ("kpu", Mode.REQUEST),
        ("bawaslu", Mode.REQUEST),
        ("forkopimda", Mode.COORDINATE),
        ("pers", Mode.INVITE),
        ("pengadilan", Mode.INFORM),
    ],
)
def test_mode_of_a_body_says_what_kesbangpol_may_do(catalogue, body, mode):
    assert catalogue.body_by_code[body].mode is mode


def test_no_independent_body_is_assigned_anything(catalogue):
    assigned = {body.kind for body in catalogue.bodies if body.mode is Mode.ASSIGN}
    assert assigned == {"pemda"}


# --- Reading -----------------------------------------------------------------------------------


def both(text="x"):
    return {"id": text, "en": text}


def small():
    """The smallest catalogue: one of everything."""
    return {
        "schema_version": "0.1.0",
        "title": both(),
        "notes": both(),
        "review": {"status": "draft"},
        "stages": [{"code": "dpt", "name": both()}],
        "dimensions": [{"code": "konteks", "name": both()}],
        "action_kinds": [{"code": "dialog", "name": both()}],
        "evidence_types": [{"code": "notulen", "name": both()}],
        "agencies": [{"code": "kpu", "type": "x", "engagement": "request", "name": both()}],
        "factors": [
            {
                "id": "F-1",
                "dimension": "konteks",
                "name": both(),
                "description": both(),
                "stages": ["dpt"],
                "actions": [
                    {
                        "id": "F-1-A1",
                        "kind": "dialog",
                        "purpose": "prevention",
                        "lead": "kpu",
                        "evidence": "notulen",
                        "text": both(),
                    }
                ],
            }
        ],
    }


def write(tmp_path, content):
    path = tmp_path / "catalogue.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def faults_of(path):
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(path)
    return {(fault.code, fault.place) for fault in caught.value.faults}


def test_smallest_catalogue_is_read(tmp_path):
    catalogue = read_catalogue(write(tmp_path, small()))
    (action,) = catalogue.actions
    assert (action.factor, action.support) == ("F-1", ())


def test_all_faults_of_a_catalogue_are_told_at_once(tmp_path):
    content = small()
    factor = content["factors"][0]
    action = factor["actions"][0]
    factor.update(dimension="cuaca", stages=["dpt", "senja"], name={"id": "x"})
    action.update(kind="doa", lead="kpk", support=["kpu", "fbi"], evidence="foto", purpose="cure")
    content["factors"].append(dict(factor, id="F-1"))
    content["agencies"].append(
        {"code": "tni", "type": "x", "engagement": "command", "name": {"en": "x"}}
    )
    assert faults_of(write(tmp_path, content)) == {
        ("unknown_dimension", 'factor "F-1"'),
        ("unknown_stage", 'factor "F-1"'),
        ("missing_translation", 'factor "F-1"'),
        ("duplicate_code", 'factor "F-1"'),
        ("duplicate_code", 'action "F-1-A1"'),
        ("unknown_kind", 'action "F-1-A1"'),
        ("unknown_lead", 'action "F-1-A1"'),
        ("unknown_support", 'action "F-1-A1"'),
        ("unknown_evidence", 'action "F-1-A1"'),
        ("unknown_purpose", 'action "F-1-A1"'),
        ("unknown_mode", 'body "tni"'),
        ("missing_translation", 'body "tni"'),
    }


def test_message_says_what_where_why_and_the_way_out(tmp_path):
    content = small()
    content["factors"][0]["actions"][0]["lead"] = "kpk"
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(write(tmp_path, content))
    assert caught.value.message == (
        "catalogue.yaml: 1 fault.\n"
        'action "F-1-A1": The catalogue has no body "kpk", named as lead. '
        "Correct the code, or define it."
    )


@pytest.mark.parametrize("key", sorted(small()))
def test_missing_part_of_a_catalogue_is_a_fault_not_a_traceback(tmp_path, key):
    content = small()
    del content[key]
    assert faults_of(write(tmp_path, content))


@pytest.mark.parametrize("value", [7, "x", [], {}, None, [1, 2], ["x"]])
@pytest.mark.parametrize("key", sorted(small()))
def test_wrong_shape_of_a_part_is_a_fault_not_a_traceback(tmp_path, key, value):
    content = small()
    if isinstance(content[key], str) and isinstance(value, str):
        return
    content[key] = value
    assert faults_of(write(tmp_path, content))


@pytest.mark.parametrize("key", ["stages", "actions", "source", "guardrail"])
def test_wrong_shape_inside_a_factor_is_a_fault_not_a_traceback(tmp_path, key):
    content = small()
    content["factors"][0][key] = "dpt"
    assert faults_of(write(tmp_path, content))


@pytest.mark.parametrize(
    "text", ["", "- a list\n", "a: [unclosed", "key: \x00", "a: 1\na: 2\n", "? [a]\n: b\n"]
)
def test_unreadable_catalogue_gets_a_sentence(tmp_path, text):
    path = tmp_path / "broken.yaml"
    path.write_text(text, encoding="utf-8")
    assert faults_of(path) == {("unreadable", "the file")}
    assert faults_of(tmp_path / "nowhere.yaml") == {("unreadable", "the file")}


def test_key_that_stands_twice_is_told_with_its_line(tmp_path):
    path = tmp_path / "twice.yaml"
    path.write_text("title: x\nnotes: x\ntitle: y\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r'key "title" stands twice[\s\S]*line 3'):
        read_catalogue(path)


# --- Links from an instrument ------------------------------------------------------------------


def instrument(*items):
    return Instrument(
        code="demo",
        version="1",
        title=Text("x", "x"),
        polarity=Polarity.MORE_VULNERABLE,
        evidence=Evidence.PERCEPTION,
        scales=(),
        sections=(),
        items=items,
        nodes=(Node("demo", None, "index", Text("x", "x")),),
    )


def item(code, **fields):
    return Item(code, Text(code, code), "likelihood5", "s", node="demo", **fields)


def test_links_to_known_factors_and_stages_are_accepted(catalogue):
    check_links(instrument(item("a", factors=("PNY-06",), stages=("dpt",))), catalogue)


def test_links_to_nowhere_are_told_all_at_once(catalogue):
    wrong = instrument(item("a", factors=("XXX-01",)), item("b", stages=("senja",)))
    with pytest.raises(CatalogueError) as caught:
        check_links(wrong, catalogue)
    assert [(fault.code, fault.place) for fault in caught.value.faults] == [
        ("unknown_factor", 'item "a" of instrument "demo"'),
        ("unknown_stage", 'item "b" of instrument "demo"'),
    ]
