"""Where a ledger lies: in a folder of any name, or in a database file; and nothing else is touched."""

from pathlib import Path

import pytest

from tertulia.corpus.ledger import Ledger
from tertulia.corpus.opening import FILE, locate, lock
from tertulia.corpus.record import RunInfo
from tertulia.models.errors import Mistake


def path(where: str | Path) -> Path:
    site = locate(where)
    assert site.path
    return site.path


@pytest.mark.parametrize("name", ["run", "llama3.1", "v0.2.x", "data.csv"])
def test_a_name_with_a_dot_is_a_folders(tmp_path: Path, name: str) -> None:
    with Ledger.open(tmp_path / name) as ledger:
        ledger.begin(RunInfo("cafe", {}, "m", "j"))
    assert (tmp_path / name / FILE).is_file()
    assert path(tmp_path / name) == tmp_path / name / FILE


@pytest.mark.parametrize("name", ["ledger.sqlite", "ledger.sqlite3", "ledger.db"])
def test_a_databases_name_is_a_files(tmp_path: Path, name: str) -> None:
    assert path(tmp_path / name) == tmp_path / name
    (tmp_path / name).mkdir()
    assert path(tmp_path / name) == tmp_path / name / FILE


def test_a_database_is_known_by_its_content_and_nothing_else_is_taken(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        ledger.begin(RunInfo("cafe", {}, "m", "j"))
    renamed = (tmp_path / FILE).rename(tmp_path / "old.backup")
    assert path(renamed) == renamed
    for name in ("notes.txt", "notes", "notes.db"):
        (tmp_path / name).write_text("To do: all.")
        with pytest.raises(Mistake, match=f"{name} is no ledger.*--output"):
            Ledger.open(tmp_path / name)
        assert (tmp_path / name).read_text() == "To do: all."


def test_a_folder_that_cannot_be_made_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Mistake, match=r"can't make the folder .*: Not a directory; choose another --output"):
        Ledger.open(tmp_path / "file" / "run")


def test_a_place_where_nothing_can_be_made_is_not_taken_for_a_run(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite.lock").mkdir()
    with pytest.raises(Mistake, match=r"can't write .*a\.sqlite: .*; choose another --output"):
        lock(tmp_path / "a.sqlite")
    held = lock(tmp_path / "b.sqlite")
    with pytest.raises(Mistake, match=r"another run is writing .*b\.sqlite"):
        lock(tmp_path / "b.sqlite")
    held.release()


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="it needs a file system that takes no new files")
def test_a_file_system_that_takes_no_new_file_is_not_taken_for_a_run() -> None:
    with pytest.raises(Mistake, match=r"can't write /proc/x\.sqlite: "):
        lock(Path("/proc/x.sqlite"))
