"""A share of the soak; `make soak` makes the whole of it."""

import logging

import pytest

from tests.soak.soak import soak


@pytest.mark.timeout(300)
def test_a_day_full_of_faults_keeps_within_every_limit_and_loses_nothing() -> None:
    logging.disable(logging.CRITICAL)
    try:
        figures = soak(seed=1, songs=60)
    finally:
        logging.disable(logging.NOTSET)
    assert figures.well, figures
    assert figures.troubles >= 10
