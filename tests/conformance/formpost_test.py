#!/usr/bin/env python3
"""oidcc-formpost-basic-certification-test-plan: the modules of the Basic plan once more with
response_mode=form_post; checklist 4.4. client.py and browser.py see to it at each: every answer to
the app, errors too, comes by a page that posts itself, and nothing of it is in an address."""

import unittest

from basic_modules import BasicModules
from module import Plan
from session_modules import SessionModules


class FormPost(BasicModules, SessionModules, Plan):
    response_mode = "form_post"

    def test_what_an_app_sends_is_escaped_in_the_page(self):
        """Form Post Response Mode §4, checklist 4.4"""
        hostile = "\"'><script>alert(1)</script>&amp;<input name=code value=x>"
        for more in ({}, {"prompt": "none"}):
            client = self.client()
            request = client.request(state=hostile, **more)
            self.new_browser().open(client.url(request))
            callback = client.called_back(request)  # the very same state
            self.assertEqual("error" in callback, bool(more))

    def test_every_answer_was_posted(self):
        """Form Post Response Mode §2: the page was there, and it is what posted"""
        client = self.client()
        client.error(self.browser, client.request(prompt="none"), "login_required")
        self.assertEqual(self.browser.shown, ["posted", "other"])
        self.sign_in(client)
        self.assertEqual(self.browser.shown[2:], ["login", "consent", "posted", "other"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
