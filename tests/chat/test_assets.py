"""Scripts and styles as they are sent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mend.chat.assets import Assets


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "page.js").write_text(
        '/* says why */\nimport { a } from "./part.js";\n'
        'const later = () => import("./later.js"); // on demand\n'
        'const words = "// not a comment ./none.js";\n'
    )
    (tmp_path / "part.js").write_text("export const a = 1;\n")
    (tmp_path / "later.js").write_text('import { a } from "./part.js";\n')
    (tmp_path / "look.css").write_text("/* kept */ p { color: red }\n")
    (tmp_path / "notes.txt").write_text("not sent")
    return tmp_path


def content(assets: Assets, name: str) -> str:
    return assets._assets[name].content.decode()


def test_scripts_lose_their_comments_and_nothing_else(folder: Path) -> None:
    script = content(Assets(folder), "page.js")
    assert "says why" not in script
    assert "on demand" not in script
    assert '"// not a comment ./none.js"' in script
    assert "kept" in content(Assets(folder), "look.css")


def test_imports_are_named_by_the_content_of_what_they_import(folder: Path) -> None:
    assets = Assets(folder)
    script = content(assets, "page.js")
    for name in ("part.js", "later.js"):
        assert f'"./{assets.url(name).removeprefix("/static/")}"' in script
    before = {name: assets.url(name) for name in ("page.js", "part.js", "look.css")}
    (folder / "part.js").write_text("export const a = 2;\n")
    after = Assets(folder)
    assert after.url("part.js") != before["part.js"]
    assert after.url("page.js") != before["page.js"]
    assert after.url("look.css") == before["look.css"]


def test_every_script_of_ours_imports_what_exists() -> None:
    folder = Path("mend/chat/static")
    assets = Assets(folder)
    imported = set()
    for script in folder.glob("*.js"):
        imported |= set(re.findall(r'"\./([\w-]+\.js)', content(assets, script.name)))
    assert {"server.js", "turns.js", "contact.js", "privacy.js"} <= imported
    assert all((folder / name).exists() for name in imported)


def test_other_files_are_not_served(folder: Path) -> None:
    with pytest.raises(KeyError):
        Assets(folder).url("notes.txt")
