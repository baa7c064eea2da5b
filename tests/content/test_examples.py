from mend.content.examples import check_examples, read_examples


def found(**intents):
    lines = {name: [(text, "f:1") for text in texts] for name, texts in intents.items()}
    return [(finding.where, finding.what) for finding in check_examples(lines)]


def test_overlap_contact_and_markup_are_found():
    problems = found(
        a=["Is it  sore?", "mail me at a@b.example", "/restart"],
        b=["is it sore", "my [calf](part)", "ring 020 7946 0123"],
    )
    assert [what for _, what in problems] == [
        "an example must not hold contact details",
        "an example must not begin with a slash",
        "'is it sore' is also an example of a",
        "an example must not hold [annotations](...)",
        "an example must not hold contact details",
    ]


def test_too_few_examples_are_found():
    assert found(**{"faq/scar.pain": ["why"]}) == [
        ("f:1", "faq/scar.pain has 1 examples, 15 at least")
    ]
    nine = [f"hours on day {n}" for n in range(9)]
    assert found(**{"faq/clinic.hours": nine}) == [
        ("f:1", "faq/clinic.hours has 9 examples, 10 at least")
    ]


def test_enough_different_examples_are_fine():
    fifteen = [f"does it hurt on day {n}" for n in range(15)]
    assert found(**{"faq/scar.pain": fifteen, "affirm": ["yes"]}) == []


def test_examples_are_read_with_their_lines(tmp_path):
    (tmp_path / "a.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: x\n  examples: |\n    - one\n    - two\n'
    )
    where = f"{tmp_path.name}/a.yml"
    assert read_examples(tmp_path) == {
        "x": [("one", f"{where}:5"), ("two", f"{where}:6")]
    }
