"""Fixtures of the runtime's tests: who listens to calls."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from tests.observed_calls import Backend


@pytest.fixture
def backend() -> Backend:
    return Backend()


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    caplog.set_level(logging.DEBUG, logger="codepipeline_sdk")
    return lambda: [f"{record.name.rpartition('.')[2]} {record.getMessage()}" for record in caplog.records]
