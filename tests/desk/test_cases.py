from __future__ import annotations

import re
import threading

import pytest

from mend.records import journal, staff
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
    assert re.search(r"<dt>How bad, 0 to 10</dt><dd>6<svg", page)
    assert "RF03" in page
    assert "93 %" in page
    # The clinic's clock, with UTC as the title.
    assert 'title="2026-11-23 09:30:00 UTC">Mon 23 Nov 2026, 09:30<' in page


def test_times_follow_the_clinics_clock(desk: Desk, clock: Clock) -> None:
    clock.forward(days=200)  # summer time in London
    reference = desk.case()
    page = desk.browser("reviewer").get(f"/cases/{reference}").text
    assert "Fri 11 Jun 2027, 10:30" in page


def test_contact_is_masked_until_it_is_opened_and_that_is_written_down(
    desk: Desk,
) -> None:
    reference = desk.case(contact=CONTACT)
    browser = desk.browser("reviewer")
    page = browser.get(f"/cases/{reference}").text
    for secret in ("Ana Ek", "7946", "ana@example.org"):
        assert secret not in page
    assert "Left a phone number and an e-mail address." in page
    assert "Best time: mornings." in page
    looked = ("staff:1", "case.contact_shown", f"case:{reference}")
    assert looked not in desk.audit()
    page = browser.post(f"/cases/{reference}/contact").text
    assert "Ana Ek" in page
    assert 'href="tel:+442079460321"' in page
    assert 'href="mailto:ana@example.org"' in page
    assert desk.audit().count(looked) == 1
    # The next look is masked again.
    assert "7946" not in browser.get(f"/cases/{reference}").text


def test_a_case_without_contact_has_nothing_to_open(desk: Desk) -> None:
    reference = desk.case()
    browser = desk.browser("reviewer")
    assert "gave no contact details" in browser.get(f"/cases/{reference}").text
    before = desk.audit()
    assert browser.post(f"/cases/{reference}/contact").status_code == 303
    assert desk.audit() == before


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
    path = f"/cases/{desk.case(contact=contact)}/contact"
    page = desk.browser("reviewer").post(path).text
    assert "Ana" in page
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
    """A41: two of the staff change one case; nothing is lost."""
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
        ("assignment", {"to": "99"}, 422),
        ("assignment", {"to": "9" * 10}, 400),
        ("assignment", {"to": "1; --"}, 400),
        ("assignment", {"to": "\u0663"}, 400),
        ("assignment", {"to": "me", "version": ""}, 400),
        ("notes", {"text": ""}, 422),
        ("notes", {"text": " \n "}, 422),
        ("notes", {"text": "x" * 4001}, 422),
        ("snooze", {"until": ""}, 422),
        ("snooze", {"until": "never"}, 422),
        ("snooze", {"until": "date"}, 422),
        ("snooze", {"until": "date", "day": "2026-11-20"}, 422),
        ("snooze", {"until": "date", "day": "2028-01-01"}, 422),
        ("snooze", {"until": "date", "day": "soon"}, 422),
        ("tags", {"own": "x" * 41}, 422),
        ("tags", {"own": ",".join(f"tag {n}" for n in range(11))}, 422),
        ("tags", {"own": "x" * 421}, 422),
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
        tag = {"version": 2, "own": hostile[:40]}
        assert browser.post(f"/cases/{reference}/tags", tag).status_code == 303
    answer = browser.post(
        f"/cases/{references[0]}/notes", {"version": 1, "text": hostile}
    )
    pages = [answer.text] + [
        browser.get(path).text
        for path in ("/", "/audit", "/people", *(f"/cases/{r}" for r in references))
    ]
    pages.append(browser.post(f"/cases/{references[2]}/contact").text)
    pages.append(browser.post("/search", {"text": hostile}).text)
    browser.post("/people", {"name": hostile, "email": "h@clinic.example", "role": "x"})
    for page in pages:
        bare = re.sub(r"</?mark>", "", page)
        own = r'<script src="/static/queue\.js\?v=\w+" defer>'
        assert not re.search(r"<(script|img|svg)", re.sub(own, "", bare))
        assert (
            "49" not in re.sub(r'(value|content|href|src)="[^"]*"', "", bare)
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
    assert "Show name and number" in page
    assert "+44 20 7946 0321" in browser.post(f"/cases/{reference}/contact").text
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


class TestAssigning:
    def test_to_a_colleague(self, desk: Desk) -> None:
        reference = desk.case()
        browser = desk.browser("reviewer")
        to = {"version": 1, "to": str(desk.people["manager"])}
        assert browser.post(f"/cases/{reference}/assignment", to).status_code == 303
        assert "With Manager" in browser.get(f"/cases/{reference}").text
        assert reference in desk.browser("manager").get("/?view=mine").text

    def test_taking_a_new_case_is_one_click(self, desk: Desk) -> None:
        reference = desk.case()
        browser = desk.browser("reviewer")
        assert "Take this case" in browser.get(f"/cases/{reference}").text
        data = {"version": 1, "to": "in_review"}
        browser.post(f"/cases/{reference}/status", data)
        assert desk.stored(reference).assignee == "Reviewer"

    def test_who_has_no_access_gets_nothing(self, desk: Desk) -> None:
        reference = desk.case()
        with desk.db.transaction() as s:
            staff.set_active(
                s,
                desk.people["manager"],
                active=False,
                by=desk.people["admin"],
                now=desk.clock(),
            )
        browser = desk.browser("reviewer")
        page = browser.get(f"/cases/{reference}").text
        assert f'<option value="{desk.people["manager"]}"' not in page
        to = {"version": 1, "to": str(desk.people["manager"])}
        assert browser.post(f"/cases/{reference}/assignment", to).status_code == 422


class TestWaiting:
    def test_a_closed_case_reopens_when_the_visitor_writes(
        self, desk: Desk, clock: Clock
    ) -> None:
        reference = desk.case()
        browser = desk.browser("reviewer")
        for version, data in (
            (1, {"to": "in_review"}),
            (2, {"to": "closed", "outcome": "advised"}),
        ):
            browser.post(f"/cases/{reference}/status", {"version": version, **data})
        clock.forward(minutes=8)
        desk.writes_again(reference, "It came back last night")
        clock.forward(minutes=5)
        page = browser.get(f"/cases/{reference}").text
        assert "In review" in page
        assert "The visitor wrote again 5 minutes ago." in page
        assert page.count(" new<") == 1
        assert page.index(" new<") < page.index("It came back last night")
        opened = ("visitor", "case.came_back", f"case:{reference}")
        assert desk.audit().count(opened) == 1
        assert reference in browser.get("/?view=mine").text

    @pytest.mark.parametrize(
        ("data", "until"),
        [
            ({"until": "afternoon"}, "Mon 23 Nov 2026, 14:00"),
            ({"until": "tomorrow"}, "Tue 24 Nov 2026, 08:00"),
            ({"until": "next_week"}, "Mon 30 Nov 2026, 08:00"),
            ({"until": "date", "day": "2027-06-11"}, "Fri 11 Jun 2027, 08:00"),
        ],
    )
    def test_snoozing(self, desk: Desk, data: dict[str, str], until: str) -> None:
        reference = desk.case()
        browser = desk.browser("reviewer")
        sent = {"version": 1, "note": "Rings back", **data}
        answer = browser.post(f"/cases/{reference}/snooze", sent)
        assert answer.status_code == 303
        assert until in browser.get(f"/cases/{reference}").text
        assert [note.text for note in desk.stored(reference).notes] == ["Rings back"]
        wake = {"version": 2, "until": "now"}
        browser.post(f"/cases/{reference}/snooze", wake)
        assert desk.stored(reference).escalation.snoozed_until is None
        assert reference in browser.get("/").text

    def test_what_is_put_off_is_not_late(self, desk: Desk, clock: Clock) -> None:
        reference = desk.case("calf", "red_flag", "same_day")
        browser = desk.browser("reviewer")
        browser.post(f"/cases/{reference}/snooze", {"version": 1, "until": "tomorrow"})
        clock.forward(hours=5)
        page = desk.browser("reviewer").get(f"/cases/{reference}").text
        assert "late" not in page
        clock.forward(hours=22)
        page = desk.browser("reviewer").get(f"/cases/{reference}").text
        assert "2 h 30 min late" in page


class TestTags:
    def test_fixed_and_own_ones(self, desk: Desk) -> None:
        reference = desk.case()
        browser = desk.browser("reviewer")
        data = {
            "version": 1,
            "tag": ["insurance", "call back"],
            "own": "  Knee   CLASS, ,knee class",
        }
        answer = browser.post(f"/cases/{reference}/tags", data)
        assert answer.status_code == 303
        assert desk.stored(reference).tags == ["call back", "insurance", "knee class"]
        assert "knee class" not in str(desk.audit())
        page = browser.get(f"/cases/{reference}").text
        assert re.search('value="insurance" checked', page)
        assert 'name="own" maxlength="420" value="knee class"' in page
        browser.post(f"/cases/{reference}/tags", {"version": 2, "own": ""})
        assert desk.stored(reference).tags == []

    def test_a_conflict_keeps_them(self, desk: Desk) -> None:
        reference = desk.case()
        answer = desk.browser("reviewer").post(
            f"/cases/{reference}/tags", {"version": 7, "tag": "insurance", "own": "bow"}
        )
        assert answer.status_code == 409
        assert 'value="insurance, bow"' in answer.text


def test_conflict_with_the_visitor_shows_what_they_wrote(
    desk: Desk, clock: Clock
) -> None:
    reference = desk.case()
    browser = desk.browser("reviewer")
    browser.post(f"/cases/{reference}/status", {"version": 1, "to": "in_review"})
    clock.forward(minutes=1)
    desk.writes_again(reference, "Now my chest hurts")
    data = {"version": 2, "to": "closed", "outcome": "advised", "note": "All is well"}
    answer = browser.post(f"/cases/{reference}/status", data)
    assert answer.status_code == 409
    assert "The visitor wrote again" in answer.text
    assert "Now my chest hurts" in answer.text
    assert "All is well</textarea>" in answer.text
    assert "“Advised by phone or e-mail”" in answer.text
    assert desk.stored(reference).escalation.status == "in_review"


def test_who_opened_it_a_short_while_ago(desk: Desk, clock: Clock) -> None:
    reference = desk.case()
    desk.browser("manager").get(f"/cases/{reference}")
    clock.forward(minutes=2)
    browser = desk.browser("reviewer")
    assert "Opened by Manager 2 minutes ago." in browser.get(f"/cases/{reference}").text
    # Not by oneself, and not for ever.
    assert "Opened by Manager" in browser.get(f"/cases/{reference}").text
    clock.forward(minutes=40)
    page = desk.browser("reviewer").get(f"/cases/{reference}").text
    assert "Opened by" not in page


def test_the_chat_can_be_marked_as_read(desk: Desk, clock: Clock) -> None:
    reference = desk.case()
    browser = desk.browser("reviewer")
    assert "Mark the chat as read" in browser.get(f"/cases/{reference}").text
    clock.forward(minutes=1)
    assert browser.post(f"/cases/{reference}/reviewed").status_code == 303
    page = browser.get(f"/cases/{reference}").text
    assert "Read by Reviewer" in page
    assert "Mark the chat as read" not in page
    assert ("staff:1", "chat.reviewed", f"case:{reference}") in desk.audit()
    clock.forward(minutes=1)
    desk.writes_again(reference, "One more thing")
    page = browser.get(f"/cases/{reference}").text
    assert "the visitor wrote after that" in page
    assert "Mark the chat as read" in page


def test_what_the_visitor_was_told_and_earlier_cases(desk: Desk) -> None:
    reference = desk.case("My calf is hot", "red_flag", "same_day", model="2026-11")
    page = desk.browser("reviewer").get(f"/cases/{reference}").text
    told = page.split("What the visitor was told")[1].split("</blockquote>")[0]
    assert "A person will look." in told
    assert "<dt>Model</dt><dd>2026-11</dd>" in page


def test_pain_is_drawn_and_said(desk: Desk) -> None:
    heard = {"score": 7, "duration": "six weeks", "limits": ["can't run"]}
    reference = desk.case("knee", "handoff", "soon", heard=heard)
    page = desk.browser("reviewer").get(f"/cases/{reference}").text
    assert page.count('<svg class="bar strong"') == 2
    for words in ("<dd>7<svg", "<dd>six weeks<svg", "<dd>can&#39;t run</dd>"):
        assert words in page
