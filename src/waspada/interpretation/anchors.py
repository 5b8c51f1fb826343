"""What two instrument versions share: the anchor items, whose wording was kept."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from waspada.collection.model import EVERYONE, JOINT, Responses
from waspada.errors import QualityError
from waspada.instrument.model import Instrument, Item


@dataclass(frozen=True)
class Common:
    """Two rounds, cut down to what was asked alike in both.

    instrument: the later version with the shared items and the branches above them. left_out:
    items called anchors in both versions that are not asked alike after all.
    """

    instrument: Instrument
    before: Responses
    after: Responses
    left_out: tuple[str, ...]


def keep_anchors(
    before: Responses, earlier: Instrument, after: Responses, later: Instrument
) -> Common:
    """Cut both rounds down to the anchor items of both versions.

    An item is shared where both versions mark it as an anchor of the index and ask it alike: same
    wording, same answer scale, same direction. Tree, weights and elements are those of the later
    version; branches without a shared item fall away, so the weights of the others count for more.

    Raises QualityError where the versions point opposite ways or share no anchor item.
    """
    if earlier.polarity is not later.polarity:
        raise QualityError(
            f'"{earlier.code}" and "{later.code}" have opposite polarities: a rise of one is a '
            "fall of the other. Compare rounds of one index.",
            code="opposite_polarity",
        )
    both = [
        item
        for item in later.index_items
        if item.anchor
        and item.code in earlier.item_by_code
        and earlier.item_by_code[item.code].anchor
        and earlier.item_by_code[item.code].node is not None
    ]
    shared = [item for item in both if _is_asked_alike(item, earlier, later)]
    if not shared:
        raise QualityError(
            f'The versions {earlier.version} and {later.version} of "{later.code}" share no anchor '
            "item that is asked alike, so nothing can be compared. Keep anchor items unchanged "
            "from version to version.",
            code="no_anchors",
        )
    codes = [item.code for item in shared]
    return Common(
        instrument=_only(later, shared),
        before=_columns(before, earlier, codes),
        after=_columns(after, later, codes),
        left_out=tuple(item.code for item in both if item not in shared),
    )


def _is_asked_alike(item: Item, earlier: Instrument, later: Instrument) -> bool:
    other = earlier.item_by_code[item.code]
    scales = [
        [(choice.code, choice.score, choice.missing) for choice in version.scale_of(asked).choices]
        for version, asked in ((earlier, other), (later, item))
    ]
    return scales[0] == scales[1] and (item.label, item.direction) == (other.label, other.direction)


def _only(instrument: Instrument, shared: list[Item]) -> Instrument:
    needed = {item.node for item in shared}
    for node in reversed(instrument.nodes):
        if node.code in needed:
            needed.add(node.parent)
    nodes = tuple(node for node in instrument.nodes if node.code in needed)
    return replace(instrument, items=tuple(shared), nodes=nodes)


def _columns(responses: Responses, instrument: Instrument, codes: list[str]) -> Responses:
    place = {item.code: i for i, item in enumerate(instrument.items)}
    return replace(responses, choice=responses.choice[:, [place[code] for code in codes]])


def require_comparable(
    before: Responses, earlier: Instrument, after: Responses, later: Instrument
) -> None:
    """Raise QualityError where two rounds were asked with different versions, or where elements of
    the earlier one are unknown to the later."""
    if (earlier.code, earlier.fingerprint, earlier.form) != (
        later.code,
        later.fingerprint,
        later.form,
    ):
        raise QualityError(
            f'The rounds were asked with different versions: "{earlier.code}" {earlier.version} '
            f'({earlier.form.value}) and "{later.code}" {later.version} ({later.form.value}). '
            "Their scores do not measure the same; compare the anchor items alone (--anchors).",
            code="versions_differ",
        )
    require_elements(before, later)


def require_elements(before: Responses, later: Instrument) -> None:
    """Raise QualityError where the earlier answers carry elements the later version lacks."""
    if before.strata == (EVERYONE,) or not later.strata:
        return
    unknown = sorted(
        {
            code
            for joint in np.array(before.strata)[np.unique(before.stratum)].tolist()
            for code in str(joint).split(JOINT)
            if code not in later.stratum_by_code
        }
    )
    if unknown:
        raise QualityError(
            f'The earlier round has elements that "{later.code}" {later.version} does not know: '
            f"{', '.join(unknown)}. Rename or merge them in the earlier answers.",
            code="elements_differ",
            elements=unknown,
        )
