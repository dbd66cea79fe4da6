"""Rows of the checklist as tests: {id, what, request, required}. `request(target)` sends and gives
the answer; `required(test, answer)` judges it."""
import json
import re
import unittest

from target import ISSUER, REDIRECT, parameters, shared


class Attack(unittest.TestCase):
    """Every row runs against the shared target and is followed by a look at its log and health."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.target = shared()

    def refused_somehow(self, answer):
        """The error document; from the listener, before anything was read, 413 in plain text."""
        if answer.status == 413:
            return self.assertNotIn("token", answer.body)
        return refused(400, "invalid_grant", "invalid_request")(self, answer)

    def tearDown(self):
        self.assertIsNone(self.target.process.poll(), "the server ended: " +
                          self.target.log()[-900:])
        self.target.check_log()


def fill(case, rows):
    """Makes a test method of each row."""
    for row in rows:
        words = re.sub(r"\W+", "_", row["what"]).strip("_").lower()
        name = f"test_{row['id'].replace('-', '_')}_{words}"[:120]
        while hasattr(case, name):  # rows that differ by what no name can hold
            name += "_too"

        def method(self, row=row):
            row["required"](self, row["request"](self.target))

        method.__doc__ = f"{row['id']}: {row['what']}"
        setattr(case, name, method)


# ---- what an answer must be

def err(test, answer):
    """ERR: our own page. Nothing is sent anywhere, no code, no login page."""
    test.assertEqual(answer.status, 400, answer.body[:300])
    test.assertIsNone(answer.location)
    test.assertEqual(answer.headers["content-type"], "text/html; charset=utf-8")
    test.assertEqual(answer.headers["cache-control"], "no-store")
    test.assertNotIn("<script", answer.body)
    test.assertNotIn('type="password"', answer.body)
    test.assertNotIn("gac_", answer.body)


def red(*errors, client="shop", state="st-1"):
    """RED x: back to the registered redirect URI with the error, state and iss; no code."""
    def required(test, answer):
        test.assertEqual(answer.status, 303, answer.body[:300])
        test.assertTrue(answer.location.startswith(REDIRECT[client] + "?"), answer.location)
        sent = parameters(answer.location)
        test.assertIn(sent.get("error"), errors)
        test.assertEqual(sent.get("iss"), ISSUER)
        test.assertEqual(sent.get("state"), state)
        test.assertNotIn("code", sent)
        test.assertNotIn("access_token", answer.location)
        test.assertNotIn("#", answer.location)
        test.assertEqual(answer.headers["cache-control"], "no-store")
    return required


def refused(status, *errors):
    """The error document of RFC 6749 §5.2; `status`: one or several."""
    statuses = status if isinstance(status, tuple) else (status,)

    def required(test, answer):
        test.assertIn(answer.status, statuses, answer.body[:300])
        test.assertEqual(answer.headers["content-type"], "application/json")
        test.assertEqual(answer.headers["cache-control"], "no-store")
        body = json.loads(answer.body)
        test.assertIn(body["error"], errors)
        test.assertNotIn("access_token", body)
        # TK-21: %x20-21 / %x23-5B / %x5D-7E
        test.assertRegex(body.get("error_description", ""), r'^[\x20-\x21\x23-\x5b\x5d-\x7e]*$')
        if answer.status == 401:
            test.assertRegex(answer.headers.get("www-authenticate", ""), r"^Basic realm=")
    return required


def page(test, answer):
    """A login page: nothing was accepted yet."""
    test.assertEqual(answer.status, 200, answer.body[:300])
    test.assertIn('type="password"', answer.body)


def accepted(test, answer):
    """The request goes on: to the login page, not to an error."""
    page(test, answer)


def tokens(test, answer):
    test.assertEqual(answer.status, 200, answer.body[:300])
    test.assertEqual(answer.headers["cache-control"], "no-store")
    return json.loads(answer.body)


# ---- what is asked

def authorize(client="shop", **changed):
    return lambda target: target.visitor().get(target.query(client, **changed))


def authorize_raw(query):
    """The query as it stands, after a right one without redirect_uri."""
    return lambda target: target.visitor().get("/authorize?" + query)


def with_redirect(uri, client="shop"):
    """`uri` goes out percent-encoded."""
    return authorize(client, redirect_uri=uri)
