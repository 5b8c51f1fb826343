import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.instruments import answers, instrument, item, node
from tests.dose import examples
from waspada.index.estimate import estimate
from waspada.index.sample import draw_sample
from waspada.index.tree import build_tree, climb
from waspada.publication.disclosure import protect, withhold

ASKED = instrument(
    [
        item("a", "x"),
        item("b", "x", weight=2),
        item("c", "x", direction=-1),
        item("d", "y"),
        item("e", "y"),
        item("f", "z"),
    ],
    [node("x"), node("y", weight=3), node("z", direction=-1)],
)
TREE = build_tree(ASKED)
PLACES = (*TREE.items, *TREE.nodes)


def decided(rows):
    sample = draw_sample(answers([("63.11", "", row) for row in rows], ASKED), ASKED)
    point = estimate(sample)
    return withhold(point, TREE), point


def names(mask):
    return {PLACES[i] for i in np.flatnonzero(mask[0])}


VARIED = ([0, 25, 50, 75, 100, 0], [25, 50, 75, 100, 0, 25], [50, 75, 100, 0, 25, 50])


def test_varied_answers_are_all_shown():
    withheld, _ = decided([*VARIED, *VARIED])
    assert names(withheld.any) == set()


def test_four_people_are_too_few():
    withheld, _ = decided([*VARIED, VARIED[0]])
    assert names(withheld.too_few) == set(PLACES)


def test_unanimous_item_is_hidden_with_the_sibling_that_would_reveal_it():
    rows = [[50, *row[1:]] for row in (*VARIED, *VARIED)]
    withheld, _ = decided(rows)
    assert names(withheld.unanimous) == {"a"}
    assert names(withheld.protects_another) == {"b"}


def test_item_answered_by_few_takes_the_sibling_with_fewest_answers_along():
    rows = [list(row) for row in (*VARIED, *VARIED, *VARIED)]
    for row in rows[4:]:
        row[0] = None
    rows[0][2] = None
    withheld, _ = decided(rows)
    assert names(withheld.too_few) == {"a"}
    assert names(withheld.protects_another) == {"c"}


def test_unanimous_node_of_one_item_takes_a_sister_node_and_one_of_its_items_along():
    """z = f alone: hiding both leaves z computable from the index, so x or y goes too, and
    that one would be computable from its own items."""
    rows = [[*row[:5], 50] for row in (*VARIED, *VARIED)]
    withheld, _ = decided(rows)
    assert names(withheld.unanimous) == {"f", "z"}
    assert names(withheld.protects_another) == {"x", "a"}


def test_within_group_agreement_counts_as_unanimous_though_groups_differ():
    from tests.core.instruments import stratum

    asked = instrument([item("a"), item("b")], strata=(stratum("s"), stratum("t")))
    rows = [("63.11", "s", [0, k]) for k in (0, 25, 50, 75, 100)]
    rows += [("63.11", "t", [100, k]) for k in (0, 25, 50, 75, 100)]
    point = estimate(draw_sample(answers(rows, asked), asked))
    withheld = withhold(point, build_tree(asked))
    assert withheld.unanimous[0].tolist() == [True, False, False]


def test_two_hidden_items_at_the_end_of_the_scale_take_a_third_along():
    """Both at 100: their joint mean of 100 would tell that each of them is."""
    asked = instrument([item(c) for c in "abc"])
    rows = [("63.11", "", [100, 100, k]) for k in (0, 25, 50, 75, 100)]
    point = estimate(draw_sample(answers(rows, asked), asked))
    assert withhold(point, build_tree(asked)).any[0].tolist() == [True, True, True, False]


def test_hiding_never_changes_a_score():
    rows = [[50, *row[1:]] for row in (*VARIED, *VARIED)]
    _, point = decided(rows)
    np.testing.assert_allclose(
        point.values[0], climb(point.values[0, : len(TREE.items)], TREE), rtol=1e-12
    )


@settings(max_examples=examples(200), deadline=None)
@given(
    sensitive=st.lists(st.booleans(), min_size=len(PLACES), max_size=len(PLACES)),
    missing=st.lists(st.booleans(), min_size=6, max_size=6),
    seed=st.integers(0, 10_000),
)
def test_no_hidden_cell_can_be_solved_for(sensitive, missing, seed):
    """An attacker knows all weights and every shown cell. Write each branch as one linear
    equation; a cell is determined exactly if its unit vector lies in the row space."""
    chance = np.random.default_rng(seed)
    items = np.where(missing, np.nan, chance.uniform(20, 80, 6))
    values = climb(items[None], TREE, refuse=False)
    sensitive = np.array([sensitive]) & ~np.isnan(values)
    hidden = protect(sensitive, values, chance.integers(5, 50, values.shape), TREE)
    assert (hidden | ~sensitive).all()
    equations = []
    for branch in TREE.branches:
        if np.isnan(values[0, branch.position]):
            continue
        row = np.zeros(TREE.size)
        known = ~np.isnan(values[0, branch.children])
        weights = branch.weights * known
        row[branch.children] = branch.directions * weights / weights.sum()
        row[branch.position] = -1
        equations.append(row)
    unknown = np.flatnonzero(hidden[0])
    if not equations or not len(unknown):
        return
    reduced = np.array(equations)[:, unknown]
    rank = np.linalg.matrix_rank(reduced)
    for k, place in enumerate(unknown):
        unit = np.zeros(len(unknown))
        unit[k] = 1
        solvable = np.linalg.matrix_rank(np.vstack([reduced, unit])) == rank
        assert not solvable, PLACES[place]


def test_for_the_office_a_node_with_five_different_answers_keeps_its_score():
    """Node z has one item, all alike: x and y would tell it. The office holds the answers anyway;
    items, which stand closest to single answers, are protected all the same."""
    rows = [[50, *row[1:5], 50] for row in (*VARIED, *VARIED)]
    sample = draw_sample(answers([("63.11", "", row) for row in rows], ASKED), ASKED)
    point = estimate(sample)
    strict, office = withhold(point, TREE), withhold(point, TREE, for_office=True)
    assert names(strict.unanimous) == names(office.unanimous) == {"a", "f", "z"}
    assert names(strict.protects_another) >= {"b"}
    assert names(strict.protects_another) & set(TREE.nodes)
    assert names(office.protects_another) & set(TREE.nodes) == set()
    assert "b" in names(office.protects_another)
