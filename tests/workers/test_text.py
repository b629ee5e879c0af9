"""The prompt encoder with its real weights: what it understands, and what it survives."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import torch

from workers.text import PromptEncoder
from workers.words import Words, hashed_ngrams, known_form, tokens

PLAIN = {
    "red car, desert, golden hour, tracking shot": "car red desert golden_hour tracking",
    "A woman in a blue dress waves at the camera in a studio": "woman blue studio waving",
    "the ball bounces on the beach at night": "ball bouncing beach night",
    "a white taxi drives to the left down the street in the rain": "car white street leftward rain",
    "slow push-in over snowy mountains at dawn": "push_in mountains dawn",
    "a couple dancing in a meadow at sunset": "couple dancing meadow golden_hour",
    "Rocket lifts off at night, camera tilts up": "rocket rising night tilt_up",
    "an eagle flies from left to right over the ocean, fog": "bird rightward sea fog",
    "a crowd clapping in the city, static shot": "crowd clapping city still",
    "skier in orange jumps on a ski slope, blizzard": "skier orange jumping snowfield snow",
    "a man drinks coffee in the kitchen, morning light": "man drinking room dawn",
    "boat on the sea in a thunderstorm, pull-out": "boat sea storm pull_out",
    "jogger in green runs through the woods at twilight": "runner green forest dusk",
}


@pytest.fixture(scope="module")
def encoder() -> PromptEncoder:
    return PromptEncoder.load()


@pytest.mark.parametrize("prompt", PLAIN)
def test_plain_prompts_are_read(encoder: PromptEncoder, prompt: str) -> None:
    assert set(PLAIN[prompt].split()) <= set(encoder.read(prompt).values())


def test_golden_is_a_light_and_a_colour(encoder: PromptEncoder) -> None:
    light = encoder.read("a car in the desert at golden hour")
    assert (light["light"], light["colour"]) == ("golden_hour", None)
    colour = encoder.read("a golden car in the desert at night")
    assert (colour["light"], colour["colour"]) == ("night", "yellow")


def test_free_prompts_are_mostly_read(encoder: PromptEncoder) -> None:
    root = Path(__file__).parents[2]
    entries = tomllib.loads((root / "workers/training/free_prompts.toml").read_text())["prompts"]
    right = [
        encoder.read(entry["prompt"])[factor] == value
        for entry in entries
        for factor, value in entry.items()
        if factor != "prompt"
    ]
    assert sum(right) >= 0.85 * len(right)


def test_slots_have_one_unit_vector_per_factor(encoder: PromptEncoder) -> None:
    slots = encoder.encode(["a red car", ""]).slots
    assert slots.shape == (2, len(encoder.factors), encoder.config.width)
    torch.testing.assert_close(slots.square().mean(-1), torch.ones(slots.shape[:2]), atol=1e-3, rtol=0)


def test_an_empty_prompt_leaves_everything_open(encoder: PromptEncoder) -> None:
    assert set(encoder.read("").values()) == {None}
    assert set(encoder.read(" ,.! ").values()) == {None}


def test_long_prompts_are_read(encoder: PromptEncoder) -> None:
    talk = "The mood is calm and dreamy. " * 100
    found = encoder.read(("A red car drives to the left across the desert at night. " + talk)[:2500])
    assert (found["subject"], found["colour"], found["place"]) == ("car", "red", "desert")


def test_padding_changes_nothing(encoder: PromptEncoder) -> None:
    prompts = ["a red car", "a woman dances on the beach at sunset while the camera pushes in slowly"]
    together = encoder.encode(prompts).slots
    torch.testing.assert_close(together[:1], encoder.encode(prompts[:1]).slots, atol=1e-4, rtol=1e-4)


def test_words_never_trained_on_are_read_by_their_senses(encoder: PromptEncoder) -> None:
    for word, subject in {"schooner": "boat", "jalopy": "car", "robin": "bird", "dad": "man"}.items():
        assert word not in encoder.words.ids
        assert encoder.read(f"a {word} in the forest")["subject"] == subject


def test_unknown_words_are_reported_once(encoder: PromptEncoder) -> None:
    assert encoder.unknown_words("A red blorptang and a blorptang in the zyxwv") == ["blorptang", "zyxwv"]
    assert encoder.unknown_words("The red cars were driving quickly in the desert") == []


STRANGE = ["汽车 在 沙漠", "🚗🌅", "café à la plage", "\x00\ud800 \ufffd", "é" * 3000, "_" * 999]


@pytest.mark.parametrize("prompt", STRANGE)
def test_any_text_is_survived(encoder: PromptEncoder, prompt: str) -> None:
    assert torch.isfinite(encoder.encode([prompt]).slots).all()
    encoder.unknown_words(prompt)


def test_ngrams_are_the_same_in_every_process() -> None:
    command = "from workers.words import hashed_ngrams; print(list(hashed_ngrams('harbour', 2048)))"
    again = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert again.stdout.strip() == str(list(hashed_ngrams("harbour", 2048)))


def test_saving_keeps_what_is_understood(encoder: PromptEncoder, tmp_path: Path) -> None:
    encoder.save(tmp_path / "copy.safetensors")
    copy = PromptEncoder.load(tmp_path / "copy.safetensors")
    assert torch.equal(copy.encode(["a red car"]).slots, encoder.encode(["a red car"]).slots)
    assert copy.factors == encoder.factors


def test_weights_refuse_another_vocabulary(encoder: PromptEncoder, tmp_path: Path) -> None:
    encoder.save(tmp_path / "copy.safetensors")
    with pytest.raises(ValueError, match="needs vocabulary"):
        PromptEncoder.load(tmp_path / "copy.safetensors", Words(["car"]))


def test_tokens_and_known_forms() -> None:
    assert tokens("The car's push-in, Café!") == ["the", "car", "push", "in", "cafe"]
    assert [known_form(w, {"bounce", "run", "city"}) for w in ("bouncing", "running", "cities", "red")] == [
        "bounce", "run", "city", None,
    ]  # fmt: skip
