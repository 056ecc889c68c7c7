"""Does a wheel, installed elsewhere, hold all that it takes to run a shipped scenario?"""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_wheel_runs_first_meeting_in_an_environment_of_its_own(tmp_path: Path) -> None:
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    source = tmp_path / "source"
    run("git", "clone", "--quiet", ROOT, source, cwd=tmp_path)
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, source, cwd=tmp_path)
    (wheel,) = tmp_path.glob("tertulia-*.whl")

    home = tmp_path / "home"
    venv.create(home, with_pip=False)
    site = next(home.glob("lib/python*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))  # its .pth files, ours among them, stay off
    run(*pip, "--python", home / "bin" / "python", "install", "--no-deps", wheel, cwd=tmp_path)

    told = run(home / "bin" / "python", "-c", "import tertulia; print(tertulia.__file__)", cwd=home)
    assert Path(told.strip()).is_relative_to(home)
    settings = ("--set", "rounds.count=1", "--set", "rounds.dialogues=4")
    run(home / "bin" / "tertulia", "run", "first-meeting", *settings, "--output", "out", cwd=home)
    assert (home / "out" / "ledger.sqlite").exists()
    listed = run(home / "bin" / "tertulia", "personas", "list", cwd=home)
    assert "everyday" in listed
