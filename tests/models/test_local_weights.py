import json
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlparse

import pytest

from tertulia.models.errors import Mistake
from tertulia.models.local.weights import find_weights, packaged_minilm, wanted

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
COMMIT = "a" * 40
FILES = {
    "config.json": b'{"model_type": "bert"}',
    "tokenizer.json": b"{}",
    "model.safetensors": b"weights",
    "pytorch_model.bin": b"the same in another form",
    "onnx/model.onnx": b"for another engine",
}


class Hub(BaseHTTPRequestHandler):
    """As much of a model hub as it takes to download `someone/model`; `someone/gated` asks for terms to be accepted."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = urlparse(self.path).path
        listed = [
            {"type": "file", "path": name, "oid": sha256(data).hexdigest(), "size": len(data)}
            for name, data in FILES.items()
        ]
        info = {"id": "someone/model", "sha": COMMIT, "siblings": [{"rfilename": name} for name in FILES]}
        if path.startswith("/someone/model/resolve/"):
            self.answer(200, FILES[path.split("/", 5)[5]])
        elif path.startswith("/api/models/someone/model"):
            self.answer(200, json.dumps(listed if "/tree/" in path else info).encode())
        else:
            self.answer(403 if "gated" in path else 404, b"{}", "GatedRepo" if "gated" in path else "RepoNotFound")

    def answer(self, status: int, data: bytes, error: str = "") -> None:
        self.send_response(status)
        for name, value in {"X-Repo-Commit": COMMIT, "ETag": sha256(data).hexdigest(), "X-Error-Code": error}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def hub() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def found(home: Path, hub: str, *names: str, **more: str) -> list[str]:
    """What is found for each name in a process of its own, whose hub and cache are these."""
    code = (
        "import sys\n"
        "from tertulia.models.errors import Mistake\n"
        "from tertulia.models.local.weights import find_weights\n"
        "for name in sys.argv[1:]:\n"
        "    try: print(find_weights(name, 'go on without'))\n"
        "    except Mistake as mistake: print(mistake)\n"
    )
    environment = {"HF_HOME": str(home), "HF_ENDPOINT": hub, "HF_HUB_DISABLE_XET": "1", "PATH": "", **more}
    ran = subprocess.run([sys.executable, "-c", code, *names], env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def test_what_the_hub_has_is_downloaded_once_and_then_used_without_it(tmp_path: Path, hub: str, nobody: str) -> None:
    (first,) = found(tmp_path, hub, "someone/model")
    held = {str(path.relative_to(first)) for path in Path(first).rglob("*") if path.is_file()}
    assert held == {"config.json", "tokenizer.json", "model.safetensors"}
    assert found(tmp_path, nobody, "someone/model") == [first]
    (Path(first) / "model.safetensors").unlink()  # a download that was cut off
    assert "can't be reached" in found(tmp_path, nobody, "someone/model")[0]


def test_a_hub_that_refuses_or_is_not_there_says_what_to_do(tmp_path: Path, hub: str, nobody: str) -> None:
    unknown, gated = found(tmp_path, hub, "someone/unknown", "someone/gated")
    assert "neither a folder that is there nor a model that the hub shows you" in unknown
    assert "accept its terms at https://huggingface.co/someone/gated" in gated
    (unreached,) = found(tmp_path, nobody, "someone/model")
    (offline,) = found(tmp_path, hub, "someone/model", HF_HUB_OFFLINE="1")
    for said in (unreached, offline):
        assert "`hf download someone/model`" in said
        assert "huggingface-cli download someone/model" in said
        assert said.endswith("go on without")


def test_a_folder_that_is_no_model_says_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"no config\.json; go on without"):
        find_weights(str(tmp_path), "go on without")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(Mistake, match="no weights"):
        find_weights(str(tmp_path), "")
    shards = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(shards))
    (tmp_path / "model-1.safetensors").touch()
    with pytest.raises(Mistake, match=r"1 of its weight files missing, 'model-2\.safetensors' first"):
        find_weights(str(tmp_path), "")
    (tmp_path / "model-2.safetensors").touch()
    assert find_weights(str(tmp_path), "") == tmp_path


@pytest.mark.parametrize("name", ["/no/such/folder", "./none", "~/none", "a/b/c", "a b", ""])
def test_a_path_without_a_folder_is_not_asked_of_the_hub(name: str) -> None:
    with pytest.raises(Mistake, match="neither a folder that is there nor a hub name"):
        find_weights(name, "")


def test_one_form_of_the_weights_is_wanted() -> None:
    assert wanted(["pytorch_model.bin", "vocab.txt", "tf_model.h5"]) == ["pytorch_model.bin", "vocab.txt"]
    assert wanted(["model.safetensors", "pytorch_model.bin", "2_Dense/pytorch_model.bin", "openvino/a.json"]) == [
        "model.safetensors",
        "2_Dense/pytorch_model.bin",
    ]


def test_the_packaged_weights_are_the_ones_we_know() -> None:
    folder = packaged_minilm()
    assert folder is not None
    assert sha256((folder / "model.safetensors").read_bytes()).hexdigest() == SHA256


def test_looking_for_weights_imports_nothing_heavy() -> None:
    code = (
        "import sys, tertulia.models.local as local\n"
        "from tertulia.models.local.weights import packaged_minilm\n"
        "packaged_minilm()\n"
        "print([name for name in ('torch', 'transformers', 'numpy', 'huggingface_hub') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
