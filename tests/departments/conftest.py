import pytest

from .crew import Crew, make_crew


@pytest.fixture
def crew(db) -> Crew:
    return make_crew()
