from pathlib import Path

import rasa
import yaml

from benchmarks.systems import (
    capped,
    ours,
    rasa_init,
    rasa_logistic_regression,
)

EXAMPLES = {
    "faq/healing.time": ["how long does it take", "when is it healed"],
    "out_of_scope": ["tell me a joke: now"],
}
LEFT_OUT = {"EntitySynonymMapper", "ResponseSelector"}


def test_rasa_init_is_what_rasa_ships():
    folder = Path(rasa.__file__).parent / "engine" / "recipes" / "config_files"
    shipped = yaml.safe_load((folder / "default_config.yml").read_text("utf-8"))
    wanted = [each for each in shipped["pipeline"] if each["name"] not in LEFT_OUT]
    assert rasa_init().config()["pipeline"] == wanted


def test_all_have_the_same_fallback():
    last = rasa_logistic_regression().config()["pipeline"][-1]
    assert last == rasa_init().config()["pipeline"][-1]


def test_ours_is_what_runs_but_for_kept_embeddings():
    written = yaml.safe_load(Path("config.yml").read_text("utf-8"))["pipeline"]
    pipeline = ours(Path()).config()["pipeline"]
    assert pipeline[-1].pop("cache_folder") == ""
    assert pipeline == written


def test_answers_are_one_intent_each_for_others():
    system = rasa_init()
    (healing, _) = system.nlu(EXAMPLES)["nlu"]
    assert "/" not in healing["intent"]
    assert system.full_name(healing["intent"]) == "faq/healing.time"
    assert ours(Path()).nlu(EXAMPLES)["nlu"][0]["intent"] == "faq/healing.time"


def test_examples_survive_yaml():
    written = yaml.safe_dump(rasa_init().nlu(EXAMPLES), allow_unicode=True)
    nlu = yaml.safe_load(written)["nlu"]
    assert nlu[1]["examples"] == "- tell me a joke: now\n"


def test_a_cap_keeps_its_choice_when_examples_come():
    texts = [f"example {number}" for number in range(20)]
    chosen = capped({"a": texts}, 5)["a"]
    assert len(chosen) == 5
    again = capped({"a": [*reversed(texts), "example 3"]}, 6)["a"]
    assert again[:5] == chosen
    assert sorted(capped({"a": texts}, 0)["a"]) == sorted(texts)
