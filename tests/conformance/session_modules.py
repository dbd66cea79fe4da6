"""The modules of the Basic plan about who is signed in, and since when (checklist 4.1, 17 to 21 and
23). The Form Post plan plays them again."""


NOBODY = ("login_required", "interaction_required", "consent_required",
          "account_selection_required")


class SessionModules:
    def again(self, client, **changes):
        """A second flow in the same browser: (the kinds of pages that it showed, ID token)."""
        begun = len(self.browser.shown)
        _, claims, _ = self.sign_in(client, **changes)
        return [kind for kind in self.browser.shown[begun:] if kind in ("login", "consent")], claims

    def test_oidcc_prompt_login(self):
        """oidcc-prompt-login: asked again, and a later auth_time"""
        self.wait_elsewhere()
        client = self.client()
        _, first, _ = self.sign_in(client)
        self.wait(2)
        shown, second = self.again(client, prompt="login")
        self.assertEqual(shown, ["login"])
        self.assertGreater(second["auth_time"], first["auth_time"])
        self.assertEqual(second["sub"], first["sub"])

    def test_oidcc_prompt_none_not_logged_in(self):
        """oidcc-prompt-none-not-logged-in"""
        client = self.client()
        client.error(self.browser, client.request(prompt="none", state=self.long_state()), *NOBODY)
        self.assertLessEqual(set(self.browser.shown), {"posted", "other"})

    def test_oidcc_prompt_none_logged_in(self):
        """oidcc-prompt-none-logged-in"""
        client = self.client()
        _, first, _ = self.sign_in(client)
        shown, second = self.again(client, prompt="none")
        self.assertEqual(shown, [])
        self.assertEqual((second["sub"], second["auth_time"]), (first["sub"], first["auth_time"]))

    def test_oidcc_max_age_1(self):
        """oidcc-max-age-1: two seconds later"""
        self.wait_elsewhere()
        client = self.client()
        _, first, _ = self.sign_in(client)
        self.wait(2)
        shown, second = self.again(client, max_age=1)
        self.assertEqual(shown, ["login"])
        self.assertGreater(second["auth_time"], first.get("auth_time", 0))
        self.assertLess(abs(second["auth_time"] - self.house.now()), 60)

    def test_oidcc_max_age_10000(self):
        """oidcc-max-age-10000"""
        client = self.client()
        _, first, _ = self.sign_in(client, max_age=15000)
        shown, second = self.again(client, max_age=10000)
        self.assertEqual(shown, [])
        self.assertEqual((second["sub"], second["auth_time"]), (first["sub"], first["auth_time"]))

    def test_oidcc_id_token_hint(self):
        """oidcc-id-token-hint"""
        client = self.client()
        tokens, first, _ = self.sign_in(client)
        shown, second = self.again(client, prompt="none", id_token_hint=tokens["id_token"])
        self.assertEqual(shown, [])
        self.assertEqual((second["sub"], second["auth_time"]), (first["sub"], first["auth_time"]))
