"""Options and hypothesis profiles of the whole suite.

`--hypothesis-profile=deep` searches for about an hour and `fuzz` longest; `ci` is the same in every run, and
`mutation` too, which is for running the tests of a module once for each of its mutants.
"""

import pytest
from hypothesis import Phase, settings

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True)
# An example of every property together takes about 1.4 seconds of one core; an hour on two cores has 7,200.
settings.register_profile("deep", max_examples=5_000, deadline=None)
settings.register_profile("fuzz", max_examples=20_000, deadline=None, print_blob=True)
settings.register_profile(
    "mutation",
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    # What fails need not be small, only found.
    phases=[Phase.explicit, Phase.generate],
)
settings.load_profile("dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write what is found as what is expected; review the diff"
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be renewed."""
    return bool(request.config.getoption("--update-golden"))
