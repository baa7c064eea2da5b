from mend.content.finding import Finding


def test_a_finding_reads_as_one_line():
    found = Finding("data/faq/scar.yml:12 utter_faq/scar.pain", "has no title")
    assert str(found) == "data/faq/scar.yml:12 utter_faq/scar.pain: has no title"
