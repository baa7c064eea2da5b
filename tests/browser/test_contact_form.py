"""The form for being contacted, inside the chat and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.helpers import say, violations

Open = Callable[..., Page]


def filled(page: Page) -> None:
    page.get_by_role("button", name="Talk to a person").click()
    page.get_by_label("Your name").fill("Ann Lee")
    page.get_by_label("Email").fill("ann@example.com")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Check and send").click()


class TestContactForm:
    def test_checks_15_17_18_errors_review_and_reference(self, open_page: Open) -> None:
        page = open_page("/chat", 390, 800)
        page.get_by_role("button", name="Talk to a person").click()
        expect(page.get_by_role("heading", name="Ask the clinic")).to_be_focused()
        page.get_by_role("button", name="Check and send").click()
        summary = page.locator("#summary")
        expect(summary).to_be_focused()
        expect(summary.get_by_role("link")).to_have_count(3)
        summary.get_by_role("link", name="Enter your name.").click()
        name = page.get_by_label("Your name")
        expect(name).to_be_focused()
        expect(name).to_have_attribute("aria-invalid", "true")
        assert "e-name" in name.get_attribute("aria-describedby")
        assert violations(page) == []
        name.fill("Ann Lee")
        page.get_by_label("Phone number").fill("12")
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Check and send").click()
        page.get_by_role("button", name="Send to the clinic").click()
        expect(page.locator("#e-phone")).to_contain_text("phone number we can call")
        expect(name).to_have_value("Ann Lee")
        page.get_by_label("Phone number").fill("020 7946 0999")
        page.get_by_role("button", name="Check and send").click()
        expect(page.locator("#review dd")).to_have_text(["Ann Lee", "020 7946 0999"])
        page.get_by_role("button", name="Change something").click()
        page.get_by_label("Best time").fill("mornings")
        page.get_by_role("button", name="Check and send").click()
        page.get_by_role("button", name="Send to the clinic").click()
        heading = page.get_by_role("heading", name="Your reference is")
        expect(heading).to_be_focused()
        page.get_by_role("button", name="Back to the chat").click()
        reference = heading.inner_text().split()[-1] if heading.is_visible() else ""
        expect(page.get_by_role("log")).to_contain_text(reference or "reference is")

    def test_values_are_kept_when_sending_fails(self, open_page: Open) -> None:
        page = open_page("/chat")
        filled(page)
        page.context.set_offline(True)
        send = page.get_by_role("button", name="Send to the clinic")
        send.click()
        problem = page.locator("#review .problem")
        expect(problem).to_contain_text("Your details are still here")
        expect(problem).to_contain_text("020 7946 0123")
        page.context.set_offline(False)
        send.click()
        heading = page.get_by_role("heading", name="Your reference is")
        expect(heading).to_be_visible()

    def test_check_16_fields_tell_the_browser_what_they_are(
        self, open_page: Open
    ) -> None:
        page = open_page("/chat")
        for field, expected in (("name", "name"), ("phone", "tel"), ("email", "email")):
            found = page.locator(f"[name={field}]").get_attribute("autocomplete")
            assert found == expected

    def test_the_visitor_can_take_it_back(self, open_page: Open) -> None:
        page = open_page("/chat")
        filled(page)
        page.get_by_role("button", name="Send to the clinic").click()
        heading = page.get_by_role("heading", name="Your reference is")
        expect(heading).to_be_focused()
        reference = heading.inner_text().split()[-1]
        page.reload()  # the way back is still there tomorrow
        page.get_by_role("button", name="Talk to a person").click()
        expect(page.locator("#requests")).to_contain_text(reference)
        page.get_by_role("button", name="Cancel this request").click()
        page.get_by_role("button", name="Keep it").click()
        start = page.get_by_role("button", name="Cancel this request")
        expect(start).to_be_focused()
        start.click()
        page.get_by_role("button", name="Yes, cancel it").click()
        expect(
            page.get_by_text(f"Request {reference} is cancelled.", exact=True)
        ).to_be_focused()
        page.get_by_role("button", name="Back to the chat").click()
        expect(page.get_by_role("log")).to_contain_text("cancelled")
        page.get_by_role("button", name="Talk to a person").click()
        expect(page.locator("#requests")).to_be_empty()

    def test_consent_names_the_privacy_notice(self, open_page: Open) -> None:
        page = open_page("/chat")
        page.get_by_role("button", name="Talk to a person").click()
        expect(page.get_by_label("may store these details")).to_be_visible()
        expect(page.locator(".check")).to_contain_text("version 2026-11")

    def test_it_sends_itself_when_its_script_does_not_come(
        self, open_page: Open
    ) -> None:
        page = open_page("/chat")
        say(page, "hello")
        page.route("**/static/contact.js*", lambda route: route.abort())
        page.get_by_role("button", name="Talk to a person").click()
        page.get_by_label("Your name").fill("Ann Lee")
        page.get_by_label("Email").fill("ann@example.com")
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Send to the clinic").click()
        expect(page.get_by_text("Your reference is")).to_be_visible()


class TestWithoutJavaScript:
    def test_contact_form_works(self, open_page: Open) -> None:
        page = open_page("/chat", java_script_enabled=False)
        expect(page.get_by_role("link", name="999")).to_be_visible()
        expect(page.get_by_role("link", name="020 7946 0123").first).to_be_visible()
        expect(page.locator("#composer")).to_be_hidden()
        page.get_by_label("Your name").fill("Ann Lee")
        page.get_by_role("button", name="Send to the clinic").click()
        expect(page.locator("#e-phone")).to_be_visible()
        expect(page.get_by_label("Your name")).to_have_value("Ann Lee")
        page.get_by_label("Phone number").fill("020 7946 0999")
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Send to the clinic").click()
        expect(page.get_by_text("Your reference is")).to_be_visible()
        first = page.locator(".bubble p").all_inner_texts()
        page.reload()  # sends the form again
        expect(page.locator(".bubble p")).to_have_text(first)
