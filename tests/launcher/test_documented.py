"""What the README and the compose file say is what the program does."""

import re
from pathlib import Path

from app.catalogue import catalogue
from app.config import Settings

ROOT = Path(__file__).parents[2]


def rows() -> dict[str, tuple[str, str]]:
    """The configuration table: (default, description) by variable."""
    found = re.findall(
        r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", (ROOT / "README.md").read_text(), re.MULTILINE
    )
    return {name: (default, description) for name, default, description in found}


def variable(name: str) -> str:
    """The environment variable of a setting, in its shorter form where it has two."""
    return name.upper() if name in ("port", "data_dir") else f"TRIPTYCH_{name.upper()}"


def test_every_setting_is_documented_with_its_default() -> None:
    expected = {
        variable(name): (f"`{field.default}`" if field.default != "" else "", field.description)
        for name, field in Settings.model_fields.items()
    }
    assert rows() == expected


def test_every_variable_of_the_compose_file_is_a_setting() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    known = {f"TRIPTYCH_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"^ +(TRIPTYCH_\w+):", text, re.MULTILINE)) <= known


def test_the_compose_file_has_a_worker_for_every_backbone_and_no_credentials() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for name in catalogue():
        assert f"  worker-{name}:\n" in text
    assert not re.findall(r"(?i)password(?:: | %s=)(?!\$\{|it)[\w-]+", text)
    workers = text.split("x-worker")[1].split("services:")[0]
    assert "DATABASE" not in workers


def test_every_file_that_the_readme_maps_exists() -> None:
    section = (ROOT / "README.md").read_text().split("## Map")[1].split("\n## ")[0]
    paths = re.findall(r"^ {4}(\S+)", section, re.MULTILINE)
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []
