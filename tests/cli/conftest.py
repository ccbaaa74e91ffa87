import pytest

from program import DESKS, LANE, PAIRS, STUDY, polykarma, write


@pytest.fixture
def folder(tmp_path):
    """A folder with the small economies and the study around one of them."""
    write(tmp_path / "lane.toml", LANE)
    write(tmp_path / "desks.toml", DESKS)
    write(tmp_path / "pairs.toml", PAIRS)
    write(tmp_path / "study.toml", STUDY)
    return tmp_path


@pytest.fixture(scope="session")
def solved(tmp_path_factory):
    """Results of the small economies and the study; read only."""
    folder = tmp_path_factory.mktemp("solved")
    write(folder / "lane.toml", LANE)
    write(folder / "desks.toml", DESKS)
    write(folder / "study.toml", STUDY)
    for command, name in (("solve", "lane"), ("solve", "desks"), ("sweep", "study")):
        result = polykarma(command, f"{name}.toml", "-o", f"{name}.h5", "-q", cwd=folder)
        assert result.code == 0, result
    return folder
