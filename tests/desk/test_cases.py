from __future__ import annotations

import re
import threading

import pytest

from mend.records import journal
from mend.records.escalations import ContactDetails
from mend.records.tables import Conversation

from .conftest import Clock, Desk

CONTACT = ContactDetails(
    "Ana Ek", "+44 20 7946 0321", "ana@example.org", "mornings", "Ring twice", "2026-11"
)


def test_a_case_says_why_and_marks_the_words(desk: Desk) -> None:
    reference = desk.case(
        "My Calf is hot",
        "red_flag",
        "same_day",
        words=["calf"],
        heard={"body_part": "calf", "score": 6},
        flag="RF03",
        confidence=0.934,
    )
    page = desk.browser("reviewer").get(f"/cases/{reference}").text
    assert "A reason." in page
    assert "My <mark>Calf</mark> is hot" in page
    assert "the message that led to this case" in page
    assert re.search(r"<dt>How bad, 0 to 10</dt><dd>6</dd>", page)
    assert "RF03" in page
    assert "93 %" in page
    # The clinic's clock, with UTC as the title.
    assert 'title="2026-11-23 09:30:00 UTC">Mon 23 Nov 2026, 09:30<' in page


def test_times_follow_the_clinics_clock(desk: Desk, clock: Clock) -> None:
    clock.forward(days=200)  # summer time in London
    reference = desk.case()
    page = desk.browser("reviewer").get(f"/cases/{reference}").text
    assert "Fri 11 Jun 2027, 10:30" in page


def test_contact_can_be_called_and_opening_it_is_written_down(desk: Desk) -> None:
    reference = desk.case(contact=CONTACT)
    page = desk.browser("reviewer").get(f"/cases/{reference}").text
    assert 'href="tel:+442079460321"' in page
    assert 'href="mailto:ana@example.org"' in page
    assert ("staff:1", "case.viewed", f"case:{reference}") in desk.audit()


@pytest.mark.parametrize(
    ("phone", "email"),
    [
        ("javascript:alert(1)", "javascript:alert(1)@x.example"),
        ('"><script>', "a@b.example?bcc=evil@example.org"),
        ("123;ext=1", "a@b.example\r\nBcc: x@y.example"),
    ],
)
def test_strange_contact_details_are_only_text(
    desk: Desk, phone: str, email: str
) -> None:
    contact = ContactDetails("Ana", phone, email, None, None, "1")
    page = desk.browser("reviewer").get(f"/cases/{desk.case(contact=contact)}").text
    assert 'href="tel:' not in page
    assert 'href="mailto:' not in page
    assert 'href="javascript' not in page


def test_the_way_of_a_case_and_its_audit(desk: Desk) -> None:
    reference = desk.case(contact=CONTACT)
    browser = desk.browser("reviewer")
    steps = [
        ("assignment", {"to": "me"}),
        ("status", {"to": "in_review", "note": "Calling now"}),
        ("status", {"to": "contacted"}),
        ("notes", {"text": "Will come on Monday"}),
        ("status", {"to": "closed", "outcome": "booked"}),
        ("status", {"to": "in_review"}),
        ("assignment", {"to": "nobody"}),
    ]
    for version, (what, data) in enumerate(steps, start=1):
        answer = browser.post(
            f"/cases/{reference}/{what}", {"version": version, **data}
        )
        assert (answer.status_code, answer.location) == (303, f"/cases/{reference}")
    case = desk.stored(reference)
    assert (case.escalation.status, case.assignee) == ("in_review", None)
    assert [note.text for note in case.notes] == ["Calling now", "Will come on Monday"]
    actions = [action for _, action, thing in desk.audit() if reference in thing]
    assert actions == [
        "case.opened",
        "case.assigned",
        "case.status",
        "case.status",
        "case.noted",
        "case.status",
        "case.status",
        "case.assigned",
    ]


def test_closing_without_outcome_keeps_what_was_typed(desk: Desk) -> None:
    reference = desk.case()
    browser = desk.browser("reviewer")
    browser.post(f"/cases/{reference}/status", {"version": 1, "to": "in_review"})
    answer = browser.post(
        f"/cases/{reference}/status",
        {"version": 2, "to": "closed", "outcome": "", "note": "A long careful note"},
    )
    assert answer.status_code == 422
    assert "Choose how it ended" in answer.text
    assert "A long careful note</textarea>" in answer.text
    assert desk.stored(reference).escalation.version == 2


def test_the_second_of_two_gets_a_conflict_page_and_keeps_the_note(desk: Desk) -> None:
    reference = desk.case()
    first, second = desk.browser("reviewer"), desk.browser("manager")
    first.post(
        f"/cases/{reference}/status",
        {"version": 1, "to": "in_review", "note": "Mine"},
    )
    answer = second.post(
        f"/cases/{reference}/status",
        {"version": 1, "to": "in_review", "note": "My <b>long</b> note"},
    )
    assert answer.status_code == 409
    assert "A colleague was quicker" in answer.text
    assert "In review" in answer.text
    assert "My &lt;b&gt;long&lt;/b&gt; note</textarea>" in answer.text
    # The form on that page adds the note to the case as it is now.
    version = re.search(r'name="version" value="(\d+)"', answer.text)
    assert version
    answer = second.post(
        f"/cases/{reference}/notes",
        {"version": version[1], "text": "My <b>long</b> note"},
    )
    assert answer.status_code == 303
    assert [note.author for note in desk.stored(reference).notes] == [
        "Reviewer",
        "Manager",
    ]


def test_conflicts_of_notes_and_assignments(desk: Desk) -> None:
    reference = desk.case()
    browser = desk.browser("reviewer")
    for what, data in (
        ("notes", {"text": "Typed with care"}),
        ("assignment", {"to": "me"}),
    ):
        answer = browser.post(f"/cases/{reference}/{what}", {"version": 7, **data})
        assert answer.status_code == 409
        assert ("Typed with care" in answer.text) == (what == "notes")


@pytest.mark.parametrize(
    ("what", "data", "status"),
    [
        ("status", {"to": "closed", "outcome": "booked"}, 400),  # not from new
        ("status", {"to": "made-up"}, 400),
        ("status", {"to": "closed", "outcome": "made-up"}, 422),
        ("status", {"to": ""}, 422),
        ("status", {"to": "in_review", "version": "x"}, 422),
        ("status", {"to": "in_review", "version": "-1"}, 422),
        ("status", {"to": "in_review", "version": "9" * 30}, 422),
        ("status", {"to": "in_review", "note": "x" * 4001}, 422),
        ("assignment", {"to": "3"}, 400),
        ("assignment", {"to": "me", "version": ""}, 400),
        ("notes", {"text": ""}, 422),
        ("notes", {"text": " \n "}, 422),
        ("notes", {"text": "x" * 4001}, 422),
    ],
)
def test_bad_forms_change_nothing(
    desk: Desk, what: str, data: dict[str, str], status: int
) -> None:
    reference = desk.case()
    answer = desk.browser("reviewer").post(
        f"/cases/{reference}/{what}", {"version": "1", **data}
    )
    assert answer.status_code == status
    assert desk.stored(reference).escalation.version == 1


def test_fields_nobody_asked_for_are_not_looked_at(desk: Desk) -> None:
    reference = desk.case()
    desk.browser("reviewer").post(
        f"/cases/{reference}/notes",
        {
            "version": 1,
            "text": "A note",
            "status": "closed",
            "assignee_id": "3",
            "staff_id": "3",
            "urgency": "routine",
            "outcome": "booked",
        },
    )
    case = desk.stored(reference)
    assert (case.escalation.status, case.escalation.assignee_id) == ("new", None)
    assert case.notes[0].author == "Reviewer"


@pytest.mark.parametrize("reference", ["ABCDEF", "1", "' OR 1=1 --", "%00", "<script>"])
def test_cases_that_do_not_exist(desk: Desk, reference: str) -> None:
    browser = desk.browser("reviewer")
    assert browser.get(f"/cases/{reference}").status_code == 404
    for what, data in (
        ("notes", {"text": "x"}),
        ("assignment", {"to": "me"}),
        ("status", {"to": "in_review"}),
    ):
        path = f"/cases/{reference}/{what}"
        assert browser.post(path, {"version": 1, **data}).status_code == 404


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg onload=alert(1)>",
    "{{7*7}}{% print 7*7 %}",
    "[x](javascript:alert(1))",
    "</textarea><script>alert(1)</script>",
    "\u202egnirts desrever",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_inert_everywhere(desk: Desk, hostile: str) -> None:
    contact = ContactDetails(hostile, hostile, hostile, hostile, hostile, hostile)
    references = [
        desk.case(hostile, why=hostile, words=[hostile, "a", ""], intent=hostile),
        desk.case(comment=hostile, heard={hostile: hostile}, model=hostile),
        desk.case(contact=contact),
    ]
    browser = desk.browser("admin")
    desk.add_person("x", "reviewer")
    for reference in references:
        note = {"version": 1, "text": hostile}
        assert browser.post(f"/cases/{reference}/notes", note).status_code == 303
    answer = browser.post(
        f"/cases/{references[0]}/notes", {"version": 1, "text": hostile}
    )
    pages = [answer.text] + [
        browser.get(path).text
        for path in ("/", "/audit", "/people", *(f"/cases/{r}" for r in references))
    ]
    browser.post("/people", {"name": hostile, "email": "h@clinic.example", "role": "x"})
    for page in pages:
        bare = re.sub(r"</?mark>", "", page)
        assert not re.search(r"<(script|img|svg)", bare)
        assert (
            "49" not in re.sub(r'(value|content)="[^"]*"', "", bare)
            or "{{7" not in hostile
        )
        assert not re.search(r'href="javascript', page)


def test_an_erased_chat_keeps_only_the_contact(desk: Desk) -> None:
    reference = desk.case("unforgettable words", contact=CONTACT)
    browser = desk.browser("reviewer")
    with desk.db.transaction() as s:
        conversation = s.get(
            Conversation, desk.stored(reference).escalation.conversation_id
        )
        journal.erase(s, conversation, desk.clock())
    page = browser.get(f"/cases/{reference}").text
    assert "The visitor deleted the chat" in page
    assert "unforgettable" not in page
    assert "+44 20 7946 0321" in page
    for version, data in (
        (2, {"to": "in_review"}),
        (3, {"to": "closed", "outcome": "booked"}),
    ):
        browser.post(f"/cases/{reference}/status", {"version": version, **data})
    page = browser.get(f"/cases/{reference}").text
    assert "There is nobody to contact" in page
    assert "7946" not in page
    assert browser.get("/?view=closed").status_code == 200


def test_ten_at_once_take_a_case_and_one_gets_it(desk: Desk) -> None:
    reference = desk.case()
    browsers = [desk.browser("reviewer") for _ in range(10)]
    tokens = [browser.token("/account") for browser in browsers]
    statuses: list[int] = []

    def take(number: int) -> None:
        data = {"version": 1, "to": "in_review", "csrf_token": tokens[number]}
        path = f"/cases/{reference}/status"
        statuses.append(browsers[number].client.post(path, data=data).status_code)

    threads = [threading.Thread(target=take, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303] + [409] * 9
