"""The ids of holds, which say where a hold is kept and what it goes by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.identity import HoldId, OrganizationName
from interlock.ledger.hold import hold_id, nonce_of, organization_of


@given(organization=st.text(st.characters(exclude_categories=["Cs"])), nonce=st.binary(min_size=1))
def test_an_id_gives_back_what_it_was_made_of(organization: str, nonce: bytes) -> None:
    made = hold_id(OrganizationName(organization), nonce)
    assert organization_of(made) == organization
    assert nonce_of(made) == nonce


@pytest.mark.parametrize("text", ["", ".", "YQ", "YQ.", "YQ.a", "YQ.YR", "YQ.YQ==", "YQ.YQ.YQ", "YQ.ä"])
def test_what_is_no_id_has_no_nonce(text: str) -> None:
    assert nonce_of(HoldId(text)) is None
